import { createHash } from 'node:crypto';
import {
  type Abilities,
  type DeploymentDocument,
  deploymentDocumentSchema,
  lackOf,
  type Plan,
} from '@tideway/protocol';

/** What a plan asks for, or why this device cannot do it. */
export type ReadPlan = { document: DeploymentDocument } | { fault: { reason: string; message: string } };

/** @param able what the device can do; null where that is not asked any more */
export function readPlan(plan: Plan, able: Abilities | null): ReadPlan {
  const sha256 = createHash('sha256').update(plan.document).digest('hex');
  if (sha256 !== plan.document_sha256) return fault('invalid_plan', 'The plan is not what its SHA-256 names.');
  const document = parse(plan.document);
  if (document === null) return fault('unsupported', 'This agent does not understand the plan; it may be too old.');
  const lack = able && lackOf(document.flow, able);
  return lack === null ? { document } : fault('unsupported', lack);
}

function parse(text: string): DeploymentDocument | null {
  try {
    return deploymentDocumentSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function fault(reason: string, message: string): ReadPlan {
  return { fault: { reason, message } };
}
