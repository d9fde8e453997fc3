import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { defineRoute, type Route } from '../../platform/http/route.ts';
import { inProject, projectParams } from '../projects/in-project.access.ts';
import { deleteDevice } from './delete-device.ts';

// In this folder, because it ends updates.
/** The deletion of a device, which stands beside the other calls of devices in the API. */
export function deviceDeletionRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'DELETE',
      path: '/api/v2/:project_key/devices/:id',
      tag: 'Devices',
      summary: 'Delete a device; its open updates end as aborted, and their history stays',
      access: inProject(deps, 'admin'),
      params: z.object({ ...projectParams, id: z.string() }),
      status: 204,
      handle: ({ caller, params }) => deleteDevice(deps, caller, params.id),
    }),
  ];
}
