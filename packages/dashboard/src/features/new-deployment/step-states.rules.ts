import { type OrderFaults, type OrderField, type OrderSection, sectionOfField } from './order-faults.rules.ts';
import { emptyValues, type OrderValues } from './order-values.rules.ts';

/**
 * Where a step is: something that it needs is missing or wrong, it is complete, nothing was set where nothing has to be,
 * all devices are meant, or the order as it stands can be placed.
 */
export type StepState = 'done' | 'open' | 'wrong' | 'unset' | 'all' | 'ready';

type Known = {
  values: OrderValues;
  /** What is said at the fields. */
  shown: OrderFaults;
  /** All that keeps the order from being placed. */
  faults: OrderFaults;
  /** How many devices are selected; undefined while that is not known. */
  devices: number | undefined;
  /** Whether the server would take the order as it stands. */
  isChecked: boolean;
  /** Names of the chosen flow's parameters. */
  parameters: readonly string[];
};

/** Where the steps are. Only what somebody has filled in is called done. */
export function stepStates({
  values,
  shown,
  faults,
  devices,
  isChecked,
  parameters,
}: Known): Record<OrderSection, StepState> {
  const sectionsOf = (of: OrderFaults) => (Object.keys(of) as OrderField[]).map(sectionOfField);
  const wrong = sectionsOf(shown);
  const open = sectionsOf(faults);
  const stateOf = (section: OrderSection, otherwise: StepState): StepState => {
    if (wrong.includes(section)) return 'wrong';
    return open.includes(section) ? 'open' : otherwise;
  };
  const untouched = faults.flow === undefined ? 'unset' : 'open';
  return {
    flow: stateOf('flow', 'done'),
    devices: stateOf('devices', devicesState(values, devices)),
    values: stateOf('values', hasValues(values, parameters) ? 'done' : untouched),
    details: stateOf('details', hasDetails(values) ? 'done' : 'unset'),
    review: isChecked && open.length === 0 ? 'ready' : 'open',
  };
}

function devicesState({ filter, devices: picked }: OrderValues, devices: number | undefined): StepState {
  if (!devices) return 'open';
  const { groups = [], filters = [] } = filter;
  return groups.length + filters.length + picked.length === 0 ? 'all' : 'done';
}

/** What was typed for another flow is kept, and not sent. */
function hasValues({ parameters, secrets, configuration }: OrderValues, ofFlow: readonly string[]): boolean {
  const given = ofFlow.flatMap((name) => [parameters[name], secrets[name]]);
  return [...given, configuration.trim()].some((text) => text !== undefined && text !== '');
}

const detailFields = [
  ...(['appName', 'appVersion', 'comment', 'startAt', 'expiresIn', 'timeout', 'abortDeadline'] as const),
  ...(['supersede', 'maxFailures'] as const),
];

function hasDetails(values: OrderValues): boolean {
  return detailFields.some((field) => values[field] !== emptyValues[field]);
}
