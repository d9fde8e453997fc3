import type { FlowDocument, Step } from '@tideway/protocol';

const stepDefaults = {
  env: {},
  timeout_s: 60,
  retry: { attempts: 1, delay_s: 0 },
  uninterruptible: false,
  repeatable: false,
  on_failure: {
    ignore: false,
    revert_all_files: false,
    trigger: 'this_step_failure' as const,
    run_rollback: true,
  },
};

/** A step that runs a shell text; what is not said is as a flow without it would have it. */
export function runStepFixture(name: string, script: string, changes: StepChanges = {}): Step {
  const { on_failure, ...others } = changes;
  return {
    ...stepDefaults,
    uses: 'run',
    name,
    with: { shell: 'sh', script },
    ...others,
    on_failure: { ...stepDefaults.on_failure, ...on_failure },
  };
}

/** A step that puts an artifact at a path, and can put back what was there. */
export function filesStepFixture(name: string, changes: StepChanges = {}): Step {
  const artifacts = [{ artifact: 'app.bin', registry: null, sha256: null }];
  return {
    ...runStepFixture(name, '', { repeatable: true, ...changes }),
    uses: 'files',
    with: { artifacts, path: '/opt/app', mode: null, owner: null, extract: false },
  };
}

/** A step that runs a container. */
export function dockerStepFixture(name: string, changes: StepChanges = {}): Step {
  const container = { image: 'app', tag: '1', archive: null, registry: null, name: 'app', command: null };
  return {
    ...runStepFixture(name, '', { repeatable: true, ...changes }),
    uses: 'docker',
    with: { ...container, run_options: {}, wait_healthy_s: null, delete_previous_image: false },
  };
}

/** A step that boots the device. */
export function rebootStepFixture(name: string, changes: StepChanges = {}): Step {
  return { ...runStepFixture(name, '', { repeatable: true, ...changes }), uses: 'reboot', with: {} };
}

export function flowFixture(steps: Step[], changes: Partial<FlowDocument> = {}): FlowDocument {
  return {
    name: 'release',
    description: null,
    inputs: {},
    timeout_s: 3600,
    reboot_after_update: false,
    order: 'newest_first',
    requires: { arch: [], os: [] },
    rollback: null,
    steps,
    ...changes,
  };
}

export type StepChanges = Partial<Omit<Step, 'uses' | 'with' | 'name' | 'on_failure'>> & {
  on_failure?: Partial<Step['on_failure']>;
};
