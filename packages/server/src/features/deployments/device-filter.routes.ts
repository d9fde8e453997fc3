import {
  deviceSearchSchema,
  deviceSelectionSchema,
  selectionExplanationSchema,
  selectionPreviewSchema,
} from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { defineRoute, type Route } from '../../platform/http/route.ts';
import { inProject, projectParams } from '../projects/in-project.access.ts';
import { explainSelection } from './explain-selection.ts';
import { previewSelection } from './preview-selection.ts';

const path = '/api/v2/:project_key/device-filter';

/** What a filter comes to, before an order is made of it. */
export function deviceFilterRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: `${path}/preview`,
      tag: 'Devices',
      summary: 'See which devices a filter selects at this moment, of those that a search finds',
      access: inProject(deps, 'viewer'),
      params: z.object(projectParams),
      body: deviceSelectionSchema().extend(deviceSearchSchema.shape),
      bodyIsCheckedInside: true,
      answer: selectionPreviewSchema,
      handle: ({ caller, body }) => previewSelection(deps, caller, body),
    }),
    defineRoute({
      method: 'POST',
      path: `${path}/explain`,
      tag: 'Devices',
      summary: 'Learn why a filter selects a device at this moment, or why not',
      access: inProject(deps, 'viewer'),
      params: z.object(projectParams),
      body: deviceSelectionSchema().extend({ device_id: z.string() }),
      bodyIsCheckedInside: true,
      answer: selectionExplanationSchema,
      handle: ({ caller, body }) => explainSelection(deps, caller, body),
    }),
  ];
}
