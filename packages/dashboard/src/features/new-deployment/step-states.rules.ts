import { type OrderFaults, type OrderField, type OrderSection, sectionOfField } from './order-faults.rules.ts';

/** Where a step is: complete, not yet, or something in it is wrong. */
export type StepState = 'done' | 'open' | 'wrong';

/**
 * Where the steps are. An order that nobody has narrowed goes to every device: that can be placed, and is not called done.
 * @param shown what is said at the fields, `faults` all that keeps the order from being placed
 * @param isChecked whether the server would take the order as it stands
 */
export function stepStates(
  shown: OrderFaults,
  faults: OrderFaults,
  { areDevicesChosen, isChecked }: { areDevicesChosen: boolean; isChecked: boolean },
): Record<OrderSection, StepState> {
  const sectionsOf = (of: OrderFaults) => (Object.keys(of) as OrderField[]).map(sectionOfField);
  const wrong = sectionsOf(shown);
  const open = sectionsOf(faults);
  const stateOf = (section: OrderSection): StepState => {
    if (wrong.includes(section)) return 'wrong';
    return open.includes(section) ? 'open' : 'done';
  };
  const isWithoutFlow = faults.flow !== undefined;
  return {
    flow: stateOf('flow'),
    devices: stateOf('devices') === 'done' && !areDevicesChosen ? 'open' : stateOf('devices'),
    values: stateOf('values') === 'done' && isWithoutFlow ? 'open' : stateOf('values'),
    details: stateOf('details'),
    review: isChecked && open.length === 0 ? 'done' : 'open',
  };
}
