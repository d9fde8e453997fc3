import {
  claimableDeviceSchema,
  deviceChangesSchema,
  deviceSchema,
  deviceSearchSchema,
  nameSchema,
  newDeviceSchema,
} from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { idPageQuery } from '../../platform/http/id-page.ts';
import { defineRoute, pageOf, type Route } from '../../platform/http/route.ts';
import { inProject, projectParams } from '../projects/in-project.access.ts';
import { approveDevice } from './approve-device.ts';
import { changeDevice } from './change-device.ts';
import { createDevice } from './create-device.ts';
import { getDevice } from './get-device.ts';
import { rekeyDevice } from './rekey-device.ts';
import { searchDevices } from './search-devices.ts';

const tag = 'Devices';
const params = z.object({ ...projectParams, id: z.string() });

const listQuery = idPageQuery.extend({
  group_name: nameSchema.optional(),
  /** One, or repeated: devices with any of them. */
  tags: z.preprocess((tags) => (typeof tags === 'string' ? [tags] : tags), z.array(nameSchema).max(100).optional()),
  state: z.enum(['online', 'offline']).optional(),
  app: nameSchema.optional(),
  ...deviceSearchSchema.shape,
});

/** The devices of a project. Deleting one ends its updates, and stands with them. */
export function deviceRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v2/:project_key/devices',
      tag,
      summary: 'List devices, oldest first; `tags` repeated finds those with any of them, `attention` those of a state',
      access: inProject(deps, 'viewer'),
      params: z.object(projectParams),
      query: listQuery,
      answer: pageOf(deviceSchema),
      handle: ({ caller, query }) => searchDevices(deps, caller, query),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v2/:project_key/devices',
      tag,
      summary: 'Register a device before it joins; without a key the answer carries its claim token, this once',
      access: inProject(deps, 'admin'),
      params: z.object(projectParams),
      body: newDeviceSchema,
      status: 201,
      answer: claimableDeviceSchema,
      handle: ({ caller, body }) => createDevice(deps, caller, body),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v2/:project_key/devices/:id',
      tag,
      summary: 'Get a device',
      access: inProject(deps, 'viewer'),
      params,
      answer: deviceSchema,
      handle: ({ caller, params }) => getDevice(deps, caller, params.id),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/api/v2/:project_key/devices/:id',
      tag,
      summary: 'Change group, tags or update trigger; for admins also name, description and apps',
      access: inProject(deps, 'operator'),
      params,
      body: deviceChangesSchema,
      answer: deviceSchema,
      handle: ({ caller, params, body }) => changeDevice(deps, caller, params.id, body),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v2/:project_key/devices/:id/approve',
      tag,
      summary: 'Approve a device that awaits it, or one that is held as a possible copy',
      access: inProject(deps, 'admin'),
      params,
      answer: deviceSchema,
      handle: ({ caller, params }) => approveDevice(deps, caller, params.id),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v2/:project_key/devices/:id/rekey',
      tag,
      summary: "Drop a device's key; the answer carries the claim token of its successor, this once",
      access: inProject(deps, 'admin'),
      params,
      answer: claimableDeviceSchema,
      handle: ({ caller, params }) => rekeyDevice(deps, caller, params.id),
    }),
  ];
}
