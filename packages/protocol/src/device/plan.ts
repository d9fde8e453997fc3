import { z } from 'zod';
import { flowDocumentSchema } from '../flow/flow-document.ts';

/** An artifact that an order resolved, pinned by its SHA-256 (hex) and its size in bytes. */
export const planArtifactSchema = z.object({
  path: z.string(),
  sha256: z.string(),
  size: z.number().int(),
  /** The registry that has it; absent where it is fetched from `/device/v1/artifacts/{sha256}`. */
  registry: z.string().optional(),
});
export type PlanArtifact = z.infer<typeof planArtifactSchema>;

/**
 * What a deployment asks of each of its devices: one document, the same for all, never changed, named by the SHA-256
 * of its canonical JSON. The device fills in the references of its templates itself, all in one pass, so that a value
 * that looks like a reference stays a text.
 */
export const deploymentDocumentSchema = z.object({
  format: z.literal(1),
  deployment_id: z.string(),
  flow: flowDocumentSchema,
  flow_id: z.string(),
  flow_version: z.number().int(),
  /** Values of the flow's inputs, defaults filled in, without the secret ones. */
  inputs: z.record(z.string(), z.string()),
  /** Names of the inputs whose values come in the plan's `secrets`. */
  secret_inputs: z.array(z.string()),
  /** To be written as config.json; null leaves the device's configuration as it is. */
  configuration: z.record(z.string(), z.unknown()).nullable(),
  app: z.object({ name: z.string(), version: z.string() }).nullable(),
  artifacts: z.array(planArtifactSchema),
});
export type DeploymentDocument = z.infer<typeof deploymentDocumentSchema>;

/** A deployment's document with the device's own envelope: everything the device needs for its update. */
export const planSchema = z.object({
  update_id: z.string(),
  /** Rises when the server gives the update out anew, after a restored or copied device was noticed. From 1. */
  attempt: z.number().int().positive(),
  /** Seconds that the whole update may take on the device, from its take-up. */
  time_limit_s: z.number().int().positive(),
  device: z.object({ id: z.string(), name: z.string() }),
  /** Canonical JSON of a `DeploymentDocument`. */
  document: z.string(),
  document_sha256: z.string(),
  secrets: z.record(z.string(), z.string()),
});
export type Plan = z.infer<typeof planSchema>;
