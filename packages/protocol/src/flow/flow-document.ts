import { z } from 'zod';

/**
 * A checked flow in normal form: what a flow text becomes when it is saved, and what a device gets.
 * Durations are seconds. A `Template` may hold `${{ inputs.x }}`, `${{ device.id }}`, `${{ device.name }}`,
 * `${{ deployment.id }}` and `${{ config.x }}`, whose values stand in as they are. Shell texts (`run.script`, commands)
 * hold no references any more: they read `"${INPUT_X}"` and the like from the environment, see `environment-names.ts`.
 */
const template = z.string();

const onFailureSchema = z.object({
  /** Recorded as failed, the flow goes on. */
  ignore: z.boolean(),
  /** Restore what the step overwrote. */
  revert_all_files: z.boolean(),
  trigger: z.enum(['any_step_failure', 'this_step_failure']),
  run_rollback: z.boolean(),
});

const stepBase = {
  name: z.string(),
  env: z.record(z.string(), template),
  timeout_s: z.number().int().positive(),
  /** `attempts` counts all tries, the first included. */
  retry: z.object({ attempts: z.number().int().positive(), delay_s: z.number().int().nonnegative() }),
  uninterruptible: z.boolean(),
  /** The step may be run again after a power cut in its middle. */
  repeatable: z.boolean(),
  on_failure: onFailureSchema,
};

export const shellSchema = z.enum(['sh', 'bash', 'python3']);

/** Names an artifact: by path in the built-in store, or in a registry kept in Settings. */
const artifactReference = {
  artifact: template,
  registry: z.string().nullable(),
  /** Hex; pins what comes from outside. Null until the order resolves it. */
  sha256: z.string().nullable(),
};

export const stepSchema = z.discriminatedUnion('uses', [
  z.object({ ...stepBase, uses: z.literal('run'), with: z.object({ shell: shellSchema, script: z.string() }) }),
  z.object({
    ...stepBase,
    uses: z.literal('script'),
    with: z.object({ ...artifactReference, shell: shellSchema, arguments: z.array(template) }),
  }),
  z.object({
    ...stepBase,
    uses: z.literal('files'),
    with: z.object({
      /** Each is put at `path`; an archive is unpacked there where `extract` is true. */
      artifacts: z.array(z.object(artifactReference)).min(1),
      path: template,
      /** Octal, as `0644`; null keeps the archive's or the default. */
      mode: z.string().nullable(),
      /** `user` or `user:group`. */
      owner: template.nullable(),
      extract: z.boolean(),
    }),
  }),
  z.object({
    ...stepBase,
    uses: z.literal('download-artifact'),
    with: z.object({ ...artifactReference, path: template }),
  }),
  z.object({
    ...stepBase,
    uses: z.literal('docker'),
    with: z.object({
      /** Image name without tag; null where `archive` names an image archive in the artifact store. */
      image: template.nullable(),
      tag: template.nullable(),
      archive: template.nullable(),
      registry: z.string().nullable(),
      name: template.nullable(),
      /** Of `docker run`, by their long names; see `run-options.ts`. */
      run_options: z.record(z.string(), z.union([template, z.array(template)])),
      /** In words: split when the flow is saved, so that a value can never become several. */
      command: z.array(template).nullable(),
      wait_healthy_s: z.number().int().nonnegative().nullable(),
      delete_previous_image: z.boolean(),
    }),
  }),
  z.object({
    ...stepBase,
    uses: z.literal('compose'),
    with: z.object({
      ...artifactReference,
      project: template.nullable(),
      path: template.nullable(),
      env_file: z.record(z.string(), template),
      wait_healthy_s: z.number().int().nonnegative().nullable(),
    }),
  }),
  z.object({
    ...stepBase,
    uses: z.literal('git'),
    with: z.object({
      repository: template,
      ref: template,
      path: template,
      registry: z.string().nullable(),
      submodules: z.boolean(),
    }),
  }),
  z.object({
    ...stepBase,
    uses: z.literal('deb'),
    with: z.object({
      packages: z.array(z.object({ name: template, version: template.nullable() })),
      artifacts: z.array(z.object(artifactReference)),
    }),
  }),
  z.object({
    ...stepBase,
    uses: z.literal('image'),
    with: z.object({
      ...artifactReference,
      installer: z.enum(['rauc', 'swupdate']),
      confirm_within_s: z.number().int(),
    }),
  }),
  z.object({
    ...stepBase,
    uses: z.literal('check'),
    with: z.object({
      probe: z.discriminatedUnion('kind', [
        z.object({
          kind: z.literal('http'),
          url: template,
          expect_status: z.number().int(),
          expect_body: template.nullable(),
        }),
        z.object({ kind: z.literal('tcp'), host: template, port: template }),
        z.object({ kind: z.literal('command'), shell: shellSchema, script: z.string() }),
        z.object({ kind: z.literal('systemd'), unit: template }),
        z.object({ kind: z.literal('file'), path: template }),
      ]),
      within_s: z.number().int().positive(),
    }),
  }),
  z.object({ ...stepBase, uses: z.literal('reboot'), with: z.object({}) }),
]);
export type Step = z.infer<typeof stepSchema>;
export type StepType = Step['uses'];
export const stepTypes = stepSchema.options.map((option) => option.shape.uses.value);

export const inputSchema = z.object({
  description: z.string().nullable(),
  required: z.boolean(),
  default: z.string().nullable(),
  /** A regular expression the whole value must match, in RE2 syntax. */
  pattern: z.string().nullable(),
  secret: z.boolean(),
});
export type FlowInput = z.infer<typeof inputSchema>;

export const flowDocumentSchema = z.object({
  name: z.string(),
  description: z.string().nullable(),
  inputs: z.record(z.string(), inputSchema),
  timeout_s: z.number().int().positive(),
  reboot_after_update: z.boolean(),
  /** The order of undoing: newest first, or `forward` as the vendor does it. */
  order: z.enum(['newest_first', 'forward']),
  requires: z.object({ arch: z.array(z.string()), os: z.array(z.string()) }),
  rollback: z.object({ shell: shellSchema, script: z.string(), timeout_s: z.number().int().positive() }).nullable(),
  steps: z.array(stepSchema).min(1),
});
export type FlowDocument = z.infer<typeof flowDocumentSchema>;
