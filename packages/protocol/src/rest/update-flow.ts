import { z } from 'zod';
import { faultSchema } from '../error-code.ts';
import { inputSchema } from '../flow/flow-document.ts';

/** An update flow as lists show it: its newest version. */
export const updateFlowSchema = z.object({
  id: z.string(),
  uuid: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  version: z.number().int(),
  created_at: z.string(),
  changed_at: z.string(),
});
export type UpdateFlow = z.infer<typeof updateFlowSchema>;

/** One version of a flow in full: the text as it was sent, and what it declares. */
export const updateFlowVersionSchema = updateFlowSchema.extend({
  source: z.string(),
  inputs: z.record(z.string(), inputSchema),
  steps: z.array(z.object({ name: z.string(), uses: z.string() })),
});
export type UpdateFlowVersion = z.infer<typeof updateFlowVersionSchema>;

export const flowVersionSummarySchema = z.object({
  version: z.number().int(),
  created_at: z.string(),
  created_by: z.string(),
});
export type FlowVersionSummary = z.infer<typeof flowVersionSummarySchema>;

/** The answer to a text of flows that was saved; `warnings` name what may still come, as an artifact. */
export const savedFlowsSchema = z.object({
  status: z.literal('success'),
  message: z.string(),
  update_flows: z.array(z.object({ name: z.string(), uuid: z.string(), version: z.number().int() })),
  warnings: z.array(faultSchema),
});
export type SavedFlows = z.infer<typeof savedFlowsSchema>;

/** What saving a text of flows would refuse (`errors`) and warn of. */
export const checkedFlowsSchema = z.object({
  errors: z.array(faultSchema),
  warnings: z.array(faultSchema),
  /** As far as they could be read: with errors some may be missing, and steps of them. */
  flows: z.array(updateFlowVersionSchema.pick({ name: true, description: true, inputs: true, steps: true })),
});
export type CheckedFlows = z.infer<typeof checkedFlowsSchema>;
