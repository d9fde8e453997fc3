import { z } from 'zod';
import { durationSchema } from '../duration.ts';
import { environment, flag, onFailureText, shellSchema, text } from './text-values.ts';

/**
 * The types of steps: what `with` takes as people write it (`stepWithTexts`), and the step in normal form (`stepSchema`).
 * A `template` may hold references: see flow-document.ts.
 */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in 64 lower-case hex digits');
const artifact = {
  artifact: text.optional(),
  /** The vendor's name for `artifact`. */
  'artifactory-path': text.optional(),
  registry: text.optional(),
  sha256: sha256.optional(),
};
const artifacts = z.array(
  z.union([text, z.strictObject({ artifact: text, registry: text.optional(), sha256: sha256.optional() })]),
);
const place = {
  path: text.optional(),
  /** The vendor's name for `path`. */
  'device-path': text.optional(),
};
/** The vendor has it inside `with`. */
const onFailure = { 'on-failure': onFailureText.optional() };

/** What `with` takes, by the step's type without its `tideway/`. */
export const stepWithTexts = {
  script: z.strictObject({
    ...artifact,
    shell: shellSchema.optional(),
    arguments: z.array(text).optional(),
    ...onFailure,
  }),
  files: z.strictObject({
    ...artifact,
    artifacts: artifacts.optional(),
    ...place,
    mode: z
      .string()
      .regex(/^0?[0-7]{3,4}$/, 'must be an octal mode such as 0644')
      .optional(),
    owner: text.optional(),
    extract: flag.optional(),
    ...onFailure,
  }),
  'download-artifact': z.strictObject({ ...artifact, ...place, ...onFailure }),
  docker: z.strictObject({
    image: text.optional(),
    'image-path': text.optional(),
    tag: text.optional(),
    'image-tag': text.optional(),
    archive: text.optional(),
    registry: text.optional(),
    name: text.optional(),
    'run-options': z.record(z.string(), z.union([text, z.array(text)])).nullish(),
    command: text.optional(),
    'wait-healthy': durationSchema.optional(),
    'delete-previous-image': flag.optional(),
    ...onFailure,
  }),
  compose: z.strictObject({
    ...artifact,
    project: text.optional(),
    path: text.optional(),
    env: environment.nullish(),
    'wait-healthy': durationSchema.optional(),
    ...onFailure,
  }),
  git: z.strictObject({
    repository: text,
    ref: text,
    path: text,
    registry: text.optional(),
    submodules: flag.optional(),
    ...onFailure,
  }),
  deb: z.strictObject({
    packages: z.array(z.union([text, z.strictObject({ name: text, version: text.optional() })])).optional(),
    artifacts: artifacts.optional(),
    ...onFailure,
  }),
  image: z.strictObject({
    ...artifact,
    installer: z.enum(['rauc', 'swupdate']),
    'confirm-within': durationSchema.optional(),
    ...onFailure,
  }),
  check: z.strictObject({
    http: text.optional(),
    'expect-status': z
      .string()
      .regex(/^[1-5]\d\d$/, 'must be an HTTP status')
      .transform(Number)
      .optional(),
    'expect-body': text.optional(),
    tcp: text.optional(),
    command: text.optional(),
    shell: shellSchema.optional(),
    systemd: text.optional(),
    file: text.optional(),
    within: durationSchema.optional(),
    ...onFailure,
  }),
  reboot: z.strictObject({ ...onFailure }),
};

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
      /** Octal, as `0644`; null keeps the archive's, else that of the file which is replaced, else 0644. */
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
