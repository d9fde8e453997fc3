import {
  bulkAnswerSchema,
  bulkBodySchema,
  deviceSchema,
  deviceSearchSchema,
  deviceSelectionSchema,
} from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { idPageQuery } from '../../platform/http/id-page.ts';
import { defineRoute, pageOf, type Route } from '../../platform/http/route.ts';
import { inProject, projectParams } from '../projects/in-project.access.ts';
import { changeSelectedDevices } from './change-selected-devices.ts';
import { searchDevicesByFilter } from './search-devices-by-filter.ts';

const path = '/api/v2/:project_key/devices';

// In this folder, because they take the filter of an order.
/** Devices that a whole filter selects, which stand beside the other calls of devices in the API. */
export function selectedDevicesRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: `${path}/search`,
      tag: 'Devices',
      summary:
        'List the devices that the filter of an order and a search match, oldest first; page by `limit` and `after` in the body',
      access: inProject(deps, 'viewer'),
      params: z.object(projectParams),
      body: deviceSelectionSchema().extend({ ...deviceSearchSchema.shape, ...idPageQuery.partial().shape }),
      bodyIsCheckedInside: true,
      answer: pageOf(deviceSchema),
      handle: ({ caller, body }) => searchDevicesByFilter(deps, caller, body),
    }),
    defineRoute({
      method: 'POST',
      path: `${path}/bulk`,
      tag: 'Devices',
      summary:
        'Tag, group, hold back or, as an admin, approve or delete up to 10,000 devices at once: all of them, or none',
      access: inProject(deps, 'operator'),
      params: z.object(projectParams),
      body: bulkBodySchema(),
      bodyIsCheckedInside: true,
      answer: bulkAnswerSchema,
      handle: ({ caller, body }) => changeSelectedDevices(deps, caller, body),
    }),
  ];
}
