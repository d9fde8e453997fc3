import {
  abortedSchema,
  deploymentBodySchema,
  deploymentCreatedSchema,
  deploymentSchema,
  deploymentStates,
  dryRunSchema,
  failuresSchema,
  nameSchema,
  progressSchema,
  retryBodySchema,
  updateDetailsSchema,
  updateOfDeviceSchema,
  updateSchema,
  updateStatusSchema,
  whySchema,
} from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { idPageQuery } from '../../platform/http/id-page.ts';
import { defineRoute, pageOf, type Route } from '../../platform/http/route.ts';
import { inProject, projectParams } from '../projects/in-project.access.ts';
import { abortDeployment, abortUpdate } from './abort-deployment.ts';
import { askForOutput } from './ask-for-output.ts';
import { readDeploymentView } from './deployment.views.ts';
import { explainDevice, explainUpdate } from './explain-update.ts';
import { listFailures } from './failure.views.ts';
import { listDeployments } from './list-deployments.ts';
import { pauseDeployment, resumeDeployment } from './pause-deployment.ts';
import { createdAnswer, placeProjectOrder } from './place-order.ts';
import { viewProgress } from './progress.views.ts';
import { retryDeployment } from './retry-deployment.ts';
import { listUpdates, listUpdatesOfDevice, locateOutput, readUpdate } from './update.views.ts';
import { readUpdateOutput } from './update-output.ts';

const tag = 'Deployments';
const path = '/api/v2/:project_key/deployments';
const params = z.object({ ...projectParams, id: z.string() });
const updateParams = params.extend({ device: z.string() });

/** Orders, and how they go on each device. */
export function deploymentRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path,
      tag,
      summary: 'List the deployments, newest first',
      access: inProject(deps, 'viewer'),
      params: z.object(projectParams),
      query: idPageQuery.extend({
        state: z.enum(deploymentStates).optional(),
        flow: z.string().max(128).optional(),
        app: nameSchema.optional(),
        search: z.string().max(128).optional(),
      }),
      answer: pageOf(deploymentSchema),
      handle: ({ caller, query }) => listDeployments(deps.db, caller.project.id, query),
    }),
    defineRoute({
      method: 'POST',
      path,
      tag,
      summary: 'Deploy an update to the devices that a filter selects',
      access: inProject(deps, 'operator'),
      params: z.object(projectParams),
      body: deploymentBodySchema(),
      bodyIsCheckedInside: true,
      status: 201,
      answer: z.union([deploymentCreatedSchema, dryRunSchema]),
      alsoAnswers: { 200: dryRunSchema },
      handle: async ({ caller, body, headers, setStatus }) => {
        const answer = await placeProjectOrder(deps, caller, body, headers);
        if ('dry_run' in answer) setStatus(200);
        return answer;
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${path}/:id`,
      tag,
      summary: 'Get a deployment with its five counts',
      access: inProject(deps, 'viewer'),
      params,
      answer: deploymentSchema,
      handle: ({ caller, params }) => readDeploymentView(deps.db, caller.project.id, params.id),
    }),
    defineRoute({
      method: 'GET',
      path: `${path}/:id/failures`,
      tag,
      summary: "Learn where a deployment's failures come from: by step, reason and message",
      access: inProject(deps, 'viewer'),
      params,
      answer: failuresSchema,
      handle: async ({ caller, params }) => {
        await readDeploymentView(deps.db, caller.project.id, params.id);
        return listFailures(deps.db, caller.project.id, params.id);
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${path}/:id/progress`,
      tag,
      summary: "See a deployment's course over time, for a chart",
      access: inProject(deps, 'viewer'),
      params,
      answer: progressSchema,
      handle: ({ caller, params }) => viewProgress(deps.db, caller.project.id, params.id),
    }),
    defineRoute({
      method: 'GET',
      path: `${path}/:id/updates`,
      tag,
      summary: "List a deployment's updates, one for each device",
      access: inProject(deps, 'viewer'),
      params,
      query: idPageQuery.extend({
        status: updateStatusSchema.optional(),
        reason: z.string().max(64).optional(),
        failed_step: z.string().max(256).optional(),
        message: z.string().max(2000).optional(),
        search: z.string().max(128).optional(),
      }),
      answer: pageOf(updateSchema),
      handle: async ({ caller, params, query }) => {
        await readDeploymentView(deps.db, caller.project.id, params.id);
        return listUpdates(deps.db, caller.project.id, params.id, query);
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${path}/:id/updates/:device`,
      tag,
      summary: "Get one device's update with its steps",
      access: inProject(deps, 'viewer'),
      params: updateParams,
      answer: updateDetailsSchema,
      handle: ({ caller, params }) => readUpdate(deps.db, caller.project.id, params.id, params.device),
    }),
    defineRoute({
      method: 'GET',
      path: `${path}/:id/updates/:device/log`,
      tag,
      summary: "Get the output of one device's update as text",
      access: inProject(deps, 'viewer'),
      params: updateParams,
      answer: z.object({ output: z.string() }),
      handle: async ({ caller, params }) => {
        const { place, attempt, isGrowing } = await locateOutput(deps.db, caller.project.id, params.id, params.device);
        const { output, pieces } = await readUpdateOutput(deps.blobs, place, attempt);
        if (isGrowing) askForOutput(deps, place.deviceId, pieces);
        return { output };
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${path}/:id/updates/:device/why`,
      tag,
      summary: "Learn why one device's update is where it is",
      access: inProject(deps, 'viewer'),
      params: updateParams,
      answer: whySchema,
      handle: ({ caller, params }) => explainUpdate(deps, caller.project.id, params.id, params.device),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v2/:project_key/devices/:id/why',
      tag: 'Devices',
      summary: 'Learn why a device is not updating',
      access: inProject(deps, 'viewer'),
      params,
      answer: whySchema,
      handle: ({ caller, params }) => explainDevice(deps, caller.project.id, params.id),
    }),
    defineRoute({
      method: 'POST',
      path: `${path}/:id/pause`,
      tag,
      summary: 'Let no device begin any more; those at work go on',
      access: inProject(deps, 'operator'),
      params,
      answer: deploymentSchema,
      handle: ({ caller, params }) => pauseDeployment(deps, caller, params.id),
    }),
    defineRoute({
      method: 'POST',
      path: `${path}/:id/resume`,
      tag,
      summary: 'Let a paused deployment go on',
      access: inProject(deps, 'operator'),
      params,
      answer: deploymentSchema,
      handle: ({ caller, params }) => resumeDeployment(deps, caller, params.id),
    }),
    defineRoute({
      method: 'POST',
      path: `${path}/:id/abort`,
      tag,
      summary: 'Abort a deployment: what is pending ends at once, and devices at work are asked to stop',
      access: inProject(deps, 'operator'),
      params,
      answer: abortedSchema,
      handle: ({ caller, params }) => abortDeployment(deps, caller, params.id),
    }),
    defineRoute({
      method: 'POST',
      path: `${path}/:id/retry`,
      tag,
      summary: 'Deploy once more to the devices on which a deployment failed or was aborted',
      access: inProject(deps, 'operator'),
      params,
      body: retryBodySchema.nullish(),
      bodyIsCheckedInside: true,
      status: 201,
      answer: deploymentCreatedSchema,
      handle: async ({ caller, params, body, headers }) =>
        createdAnswer(await retryDeployment(deps, caller, params.id, body, headers['idempotency-key'])),
    }),
    defineRoute({
      method: 'POST',
      path: `${path}/:id/updates/:device/abort`,
      tag,
      summary: "Abort one device's update",
      access: inProject(deps, 'operator'),
      params: updateParams,
      answer: abortedSchema,
      handle: ({ caller, params }) => abortUpdate(deps, caller, params.id, params.device),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v2/:project_key/devices/:id/updates',
      tag: 'Devices',
      summary: "List a device's updates, newest first",
      access: inProject(deps, 'viewer'),
      params,
      query: idPageQuery.extend({ status: updateStatusSchema.optional() }),
      answer: pageOf(updateOfDeviceSchema),
      handle: ({ caller, params, query }) => listUpdatesOfDevice(deps.db, caller.project.id, params.id, query),
    }),
  ];
}
