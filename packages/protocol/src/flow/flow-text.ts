import { z } from 'zod';
import { durationSchema } from '../duration.ts';
import { shellSchema } from './flow-document.ts';

/**
 * A flow as people write it, in YAML or JSON, ours or the vendor's: keys in kebab-case, every scalar a text, so that an
 * unquoted `1.10` keeps its zero. What each key means stands in docs/flows.md.
 */
const text = z.string();
const flag = z.enum(['true', 'false']).transform((word) => word === 'true');
const count = z
  .string()
  .regex(/^[1-9]\d{0,5}$/, 'must be a whole number from 1')
  .transform(Number);
/** `0s` is a duration too where nothing is waited for. */
const wait = z.union([z.literal('0s').transform(() => 0), durationSchema], 'must be a duration such as 10s or 2m');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in 64 lower-case hex digits');
const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name of a variable: letters, digits and _'),
  text,
);

export const onFailureText = z.strictObject({
  ignore: flag.optional(),
  'revert-all-files': flag.optional(),
  'trigger-revert': z.enum(['any-step-failure', 'this-step-failure']).optional(),
  'run-rollback': flag.optional(),
});

export const stepText = z.strictObject({
  name: z.string().min(1, 'must not be empty').max(256, 'must have at most 256 characters'),
  run: text.optional(),
  shell: shellSchema.optional(),
  uses: text.optional(),
  with: z.record(z.string(), z.unknown()).nullish(),
  env: environment.nullish(),
  timeout: durationSchema.optional(),
  retry: z.strictObject({ attempts: count, delay: wait.optional() }).optional(),
  uninterruptible: flag.optional(),
  repeatable: flag.optional(),
  'unsafe-interpolation': flag.optional(),
  'on-failure': onFailureText.optional(),
});

export const inputText = z.strictObject({
  description: text.optional(),
  required: flag.optional(),
  default: text.optional(),
  pattern: text.optional(),
  secret: flag.optional(),
});

export const inputsText = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/, 'must be a name: letters, digits, - and _'),
  inputText.nullable(),
);

export const flowText = z.strictObject({
  description: text.optional(),
  inputs: inputsText.nullish(),
  timeout: durationSchema.optional(),
  'reboot-after-update': flag.optional(),
  'reboot-after-restart': flag.optional(),
  order: z.enum(['newest-first', 'forward']).optional(),
  requires: z.strictObject({ arch: z.array(text).optional(), os: z.array(text).optional() }).optional(),
  rollback: z
    .strictObject({
      run: text,
      shell: shellSchema.optional(),
      timeout: durationSchema.optional(),
      'unsafe-interpolation': flag.optional(),
    })
    .optional(),
  steps: z.array(z.unknown()).min(1, 'must have at least one step'),
});

export const flowFileText = z.strictObject({
  flows: z.record(z.string(), z.unknown()),
  on: z.strictObject({ 'workflow-dispatch': z.strictObject({ inputs: inputsText.nullish() }).nullish() }).nullish(),
});

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
      .regex(/^0?[0-7]{3}$/, 'must be an octal mode such as 0644')
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
