/**
 * The options of `docker run` that a flow can give, by their long names without dashes, and what each takes. Others are
 * refused, so that a name can never become another option than the one that was meant.
 */
const takes = {
  flag: ['init', 'interactive', 'no-healthcheck', 'oom-kill-disable', 'privileged', 'publish-all', 'read-only', 'tty'],
  text: [
    ...['blkio-weight', 'cgroup-parent', 'cgroupns', 'cpu-count', 'cpu-percent', 'cpu-period', 'cpu-quota'],
    ...['cpu-rt-period', 'cpu-rt-runtime', 'cpu-shares', 'cpus', 'cpuset-cpus', 'cpuset-mems', 'domainname'],
    ...['entrypoint', 'gpus', 'health-cmd', 'health-interval', 'health-retries', 'health-start-interval'],
    ...['health-start-period', 'health-timeout', 'hostname', 'ip', 'ip6', 'ipc', 'isolation', 'kernel-memory'],
    ...['log-driver', 'mac-address', 'memory', 'memory-reservation', 'memory-swap', 'memory-swappiness'],
    ...['oom-score-adj', 'pid', 'pids-limit', 'platform', 'pull', 'restart', 'runtime', 'shm-size', 'stop-signal'],
    ...['stop-timeout', 'user', 'userns', 'uts', 'volume-driver', 'workdir'],
  ],
  list: [
    ...['add-host', 'annotation', 'blkio-weight-device', 'cap-add', 'cap-drop', 'device', 'device-cgroup-rule'],
    ...['device-read-bps', 'device-read-iops', 'device-write-bps', 'device-write-iops', 'dns', 'dns-option'],
    ...['dns-search', 'env', 'env-file', 'expose', 'group-add', 'label', 'label-file', 'link', 'link-local-ip'],
    ...['log-opt', 'mount', 'network', 'network-alias', 'publish', 'security-opt', 'storage-opt', 'sysctl', 'tmpfs'],
    ...['ulimit', 'volume', 'volumes-from'],
  ],
} as const;

type Takes = keyof typeof takes;

const kinds: ReadonlyMap<string, Takes> = new Map(
  (['flag', 'text', 'list'] as const).flatMap((kind) => takes[kind].map((name) => [name, kind] as const)),
);

export const runOptionNames: readonly string[] = [...kinds.keys(), 'attach', 'detach'];

/** What is wrong with an option of a container, as the end of a sentence; null where nothing is. */
export function runOptionFault(name: string, value: string | readonly string[]): string | null {
  const refused = refusals[name];
  if (refused !== undefined) return refused;
  const values = [value].flat();
  if (values.some((text) => text.includes('\0'))) return 'must not contain NUL';
  const kind = kinds.get(name);
  if (kind === undefined && !runOptionNames.includes(name)) return 'is no option of a container';
  if (kind !== 'list' && typeof value !== 'string') return 'takes one value, not a list';
  const expected = kind === 'flag' ? boolean : words[name];
  return expected === undefined || values.every((text) => expected.form.test(text)) ? null : expected.fault;
}

const boolean = { form: /^(true|false)$/, fault: 'must be true or false' };

/** Options whose values the agent reads itself. */
const words: Record<string, { form: RegExp; fault: string }> = {
  // The vendor's flows say this; a container of an update always runs by itself.
  attach: { form: /^false$/, fault: 'can only be false: nobody is there to look at the container' },
  detach: { form: /^true$/, fault: 'can only be true: nobody is there to look at the container' },
  pull: { form: /^(always|missing|never)$/, fault: 'must be always, missing or never' },
  restart: {
    form: /^(no|always|unless-stopped|on-failure(:\d{1,6})?)$/,
    fault: 'must be no, always, unless-stopped, on-failure or on-failure:N',
  },
};

const refusals: Record<string, string> = {
  name: 'stands beside run-options, as "name"',
  rm: 'cannot be used: a container that removes itself could not be put back',
  cidfile: 'cannot be used: the container is known by its name',
};
