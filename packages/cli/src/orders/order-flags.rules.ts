/** What of an order's flags selects devices. A flag that may be repeated is a list. */
export type SelectionFlags = {
  all?: true;
  group?: string[];
  device?: string[];
  notDevice?: string[];
  tag?: string[];
  notTag?: string[];
  hasApp?: string[];
  lacksApp?: string[];
  state?: 'online' | 'offline';
  inDeployment?: string[];
  notInDeployment?: string[];
  lastUpdate?: string[];
  notLastUpdate?: string[];
};

/** When and for how long an order goes on. */
export type TimingFlags = {
  startAt?: string;
  expiresIn?: string;
  timeout?: string;
  abortDeadline?: string;
  supersede?: string;
  maxFailures?: string;
};

export type OrderFlags = SelectionFlags &
  TimingFlags & {
    flowVersion?: string;
    param?: string[];
    app?: string;
    comment?: string;
    allowEmpty?: true;
    dryRun?: true;
  };

/** What the names of flags stand for: the ids of `--device` and `--not-device`. */
export type FoundDevices = { deviceIds: string[]; notDeviceIds: string[] };

/** The selection that flags ask for, as bodies have it, or a sentence about a flag that is missing or too much. */
export function selectionFromFlags(
  flags: SelectionFlags,
  found: FoundDevices,
): { selection: Record<string, unknown> } | { fault: string } {
  const fault = selectionFault(flags);
  return fault === null ? { selection: selectionOf(flags, found) } : { fault };
}

function selectionOf(flags: SelectionFlags, { deviceIds, notDeviceIds }: FoundDevices): Record<string, unknown> {
  const groups = (flags.group ?? []).map((name) => ({ name }));
  return {
    device_filter: { groups, filters: filtersOf(flags, notDeviceIds) },
    ...(deviceIds.length > 0 && { device_ids: deviceIds }),
  };
}

/** The body of `POST /api/v2/{project}/deployments`, or a sentence about a flag that is not as it should be. */
export type ReadOrder = { order: Record<string, unknown> } | { fault: string };

/**
 * The order that flags ask for.
 * @param found what the names in the flags stand for: the flow's id, and devices
 * @param configuration for the devices, undefined where none was given
 */
export function orderFromFlags(
  flags: OrderFlags,
  found: FoundDevices & { flowId: string },
  configuration: unknown,
): ReadOrder {
  const fault = selectionFault(flags) ?? pairFault(flags.param ?? []) ?? appFault(flags.app);
  if (fault !== null) return { fault };
  const { flowVersion, param, app, comment } = flags;
  return {
    order: {
      ...selectionOf(flags, found),
      deployment_configuration: {
        flow_uuid: found.flowId,
        ...(param && {
          parameters_mapping: Object.fromEntries(param.map((pair) => cut(pair, '=', pair.indexOf('=')))),
        }),
        ...(app !== undefined && { app: namedVersion(app) }),
        ...(comment !== undefined && { comment }),
      },
      ...(configuration !== undefined && { configuration }),
      ...(flowVersion !== undefined && { flow_version: numberWhereItIs(flowVersion) }),
      ...timingFromFlags(flags),
      ...(flags.allowEmpty && { allow_empty: true }),
      ...(flags.dryRun && { dry_run: true }),
    },
  };
}

/** These options as an order's body has them; what is not as it should be is the server's to refuse. */
export function timingFromFlags(flags: TimingFlags): Record<string, unknown> {
  const { startAt, expiresIn, timeout, abortDeadline, supersede, maxFailures } = flags;
  return {
    ...(startAt !== undefined && { schedule: { start_at: startAt } }),
    ...(expiresIn !== undefined && { expires_in: expiresIn }),
    ...(timeout !== undefined && { timeout }),
    ...(abortDeadline !== undefined && { abort_deadline: abortDeadline }),
    ...(supersede !== undefined && { supersede }),
    ...(maxFailures !== undefined && { max_failures: numberWhereItIs(maxFailures) }),
  };
}

function numberWhereItIs(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

const selections: (keyof SelectionFlags)[] = [
  'group',
  'device',
  'notDevice',
  'tag',
  'notTag',
  'hasApp',
  'lacksApp',
  'state',
  'inDeployment',
  'notInDeployment',
  'lastUpdate',
  'notLastUpdate',
];

/** A forgotten flag must not deploy to every device that there is. */
function selectionFault(flags: SelectionFlags): string | null {
  const isSelected = selections.some((flag) => flags[flag] !== undefined);
  if (isSelected && flags.all) return '--all means every device of the project: leave it out, or the flags that select';
  if (isSelected || flags.all) return null;
  return 'Say which devices: with --group, --device, --tag and the like, or with --all for the whole project';
}

function pairFault(pairs: string[]): string | null {
  const wrong = pairs.find((pair) => pair.indexOf('=') < 1);
  if (wrong !== undefined) return `--param must be NAME=VALUE, not "${wrong}"`;
  const names = pairs.map((pair) => pair.slice(0, pair.indexOf('=')));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? null : `--param gives ${twice} twice`;
}

function appFault(app: string | undefined): string | null {
  if (app === undefined || namedVersion(app).version) return null;
  return `--app must be NAME@VERSION, not "${app}"`;
}

type Filter = Record<string, string>;

function filtersOf(flags: SelectionFlags, notDeviceIds: string[]): Filter[] {
  const { state } = flags;
  return [
    ...both('specific_device', [], notDeviceIds, (value) => ({ value })),
    ...both('tag', flags.tag, flags.notTag, (value) => ({ value })),
    ...both('app', flags.hasApp, flags.lacksApp, appOf),
    ...(state === undefined ? [] : [{ type: 'device_state', operand: 'is', value: state }]),
    ...both('deployment', flags.inDeployment, flags.notInDeployment, statusOf),
    ...both('update_status', flags.lastUpdate, flags.notLastUpdate, (value) => ({ value })),
  ];
}

function both(type: string, is: string[] = [], isNot: string[] = [], rest: (value: string) => Filter): Filter[] {
  return [
    ...is.map((value) => ({ type, operand: 'is', ...rest(value) })),
    ...isNot.map((value) => ({ type, operand: 'is_not', ...rest(value) })),
  ];
}

function appOf(text: string): Filter {
  const { name, version } = namedVersion(text);
  return { value: name, ...(version !== undefined && { app_version: version }) };
}

/** `dp-…:failed`, or `dp-…` for all that it went to. */
function statusOf(text: string): Filter {
  const [deployment, status] = cut(text, ':', text.indexOf(':'));
  return { value: status ?? 'any', deployment_id: deployment };
}

/** A name may have an `@` in it; what stands behind the last one is the version. */
function namedVersion(text: string): { name: string; version?: string } {
  const [name, version] = cut(text, '@', text.lastIndexOf('@'));
  return version === undefined ? { name } : { name, version };
}

function cut(text: string, mark: string, index: number): [string, string] | [string] {
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + mark.length)];
}
