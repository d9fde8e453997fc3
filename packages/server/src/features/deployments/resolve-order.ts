import { createHash } from 'node:crypto';
import { canonicalJson, type DeploymentDocument, type FlowDocument, type PlanArtifact } from '@tideway/protocol';
import type { Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { refusalOf } from '../../platform/http/refusals.ts';
import { Refusal } from '../../platform/refusal.ts';
import { sealSecrets } from '../../platform/secret-box.ts';
import { findLabelIds } from '../devices/resolve-labels.ts';
import { fillFlow } from '../flows/fill-flow.rules.ts';
import { type FoundFlow, findFlowVersion } from '../flows/find-flow.ts';
import { type EffectiveInputs, effectiveInputs } from '../flows/flow-inputs.rules.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { checkOrderTiming } from './check-order-timing.ts';
import type { NewDeployment } from './deployment.store.ts';
import { fieldBehind } from './field-behind.rules.ts';
import type { Order, Selection } from './order.rules.ts';
import { type DeploymentNeeds, resolveArtifacts } from './resolve-artifacts.ts';
import type { Preparation } from './with-look-ups.ts';

/** What an order comes to, with everything looked up in the project. */
export type ResolvedOrder = {
  deployment: NewDeployment;
  needs: DeploymentNeeds;
  /** The artifacts that each device fetches. */
  pinned: PlanArtifact[];
  /** The flow with the values that the server fills in. */
  flow: FlowDocument;
  /** All values that devices get, secrets masked. */
  inputs: Record<string, string>;
};

/**
 * Looks everything up that an order names, but for its devices. Refuses what does not exist or the flow does not take;
 * throws LookUpNeeded where artifacts of registries have to be looked up first.
 */
export async function resolveOrder(
  tx: Tx,
  { randomBytes, installation }: Pick<Deps, 'randomBytes' | 'installation'>,
  caller: ProjectCaller,
  order: Order,
  { deploymentId, found }: Preparation,
): Promise<ResolvedOrder> {
  refuseLargeConfiguration(order);
  await checkOrderTiming(tx, order);
  const flow = await resolveFlow(tx, caller, order);
  const app = await resolveApp(tx, caller, order);
  const inputs = resolveInputs(flow.document, order);
  const filled = fillOrRefuse(flow.document, inputs, deploymentId, order);
  const { needs, pinned } = await resolveArtifacts(tx, caller, { flow: flow.document, filled }, order, found);
  const document = canonicalJson(documentOf(deploymentId, flow, inputs, pinned, order));
  const secrets = pick(inputs.values, inputs.secretNames);
  return {
    needs,
    pinned,
    flow: filled,
    inputs: masked(inputs.values, inputs.secretNames),
    deployment: {
      publicId: deploymentId,
      projectId: caller.project.id,
      flowId: flow.publicId,
      flowVersionId: flow.versionId,
      document,
      documentSha256: createHash('sha256').update(document).digest('hex'),
      deviceFilter: shownFilter(order),
      parameters: masked(order.parameters, inputs.secretNames),
      configuration: order.configuration,
      comment: order.comment,
      app,
      secrets: inputs.secretNames.length === 0 ? null : sealSecrets(installation.secretsKey, secrets, randomBytes),
      startAt: order.startAt,
      supersedes: order.supersedes,
      expiresInS: order.expiresInS,
      abortDeadlineS: order.abortDeadlineS,
      maxFailures: order.maxFailures,
      timeLimitS: order.timeoutS ?? flow.document.timeout_s,
      retryOf: null,
      createdBy: caller.actor,
    },
  };
}

/** A selection in the vendor's form, as it is kept and shown. */
export function shownFilter({ groups, filters, deviceIds }: Selection) {
  return { groups: groups.map((name) => ({ name })), filters, ...(deviceIds && { device_ids: deviceIds }) };
}

const maxConfigurationBytes = 64 * 1024;
const mask = '***';

function refuseLargeConfiguration({ configuration, fields }: Order): void {
  if (configuration === null || Buffer.byteLength(canonicalJson(configuration)) <= maxConfigurationBytes) return;
  throw new Refusal('invalid_request', 'The configuration for the device must have at most 64 KiB', {
    field: fields.configuration,
  });
}

async function resolveFlow(tx: Tx, { project }: ProjectCaller, order: Order): Promise<FoundFlow> {
  const { flowId, flowVersion, fields } = order;
  const flow = await findFlowVersion(tx, project.id, flowId, flowVersion);
  if (flow !== null) return flow;
  const newest = flowVersion === null ? null : await findFlowVersion(tx, project.id, flowId, null);
  if (newest !== null) {
    const message = `The flow ${flowId} has no version ${flowVersion}: its newest is ${newest.number}`;
    throw new Refusal('unknown_flow', message, { field: 'flow_version' });
  }
  throw new Refusal('unknown_flow', `There is no flow ${flowId} in this project`, { field: fields.flow });
}

async function resolveApp(tx: Tx, { project }: ProjectCaller, { app, fields }: Order) {
  if (app === null) return null;
  const id = (await findLabelIds(tx, 'app', project.id, [app.name])).get(app.name);
  if (id !== undefined) return { id, ...app };
  throw new Refusal('unknown_app', `There is no app ${app.name} in this project`, { field: `${fields.app}.name` });
}

function resolveInputs(flow: FlowDocument, { parameters, fields }: Order): EffectiveInputs {
  const inputs = effectiveInputs(flow, parameters);
  if ('values' in inputs) return inputs;
  throw new Refusal(inputs.code, inputs.message, { field: `${fields.parameters}.${inputs.name}` });
}

function fillOrRefuse(flow: FlowDocument, inputs: EffectiveInputs, deploymentId: string, order: Order): FlowDocument {
  const filled = fillFlow(flow, {
    inputs: inputs.values,
    secretNames: inputs.secretNames,
    deploymentId,
    configuration: order.configuration,
  });
  if ('document' in filled) return filled.document;
  const faults = filled.faults.map(({ fault, template }) => ({
    path: fieldBehind(template, order),
    message: `With these values the flow is not valid: ${fault.message}`,
  }));
  throw refusalOf('invalid_parameter', faults);
}

function documentOf(
  deploymentId: string,
  flow: FoundFlow,
  { values, secretNames }: EffectiveInputs,
  artifacts: PlanArtifact[],
  order: Order,
): DeploymentDocument {
  return {
    format: 1,
    deployment_id: deploymentId,
    flow: flow.document,
    flow_id: flow.publicId,
    flow_version: flow.number,
    inputs: pick(
      values,
      Object.keys(values).filter((name) => !secretNames.includes(name)),
    ),
    secret_inputs: secretNames,
    configuration: order.configuration,
    app: order.app,
    artifacts,
  };
}

function masked(parameters: Record<string, string>, secretNames: string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, secretNames.includes(name) ? mask : value]),
  );
}

function pick(values: Record<string, string>, names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, values[name] ?? '']));
}
