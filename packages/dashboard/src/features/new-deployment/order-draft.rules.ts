import { deviceFilterSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { OrderSearch } from './order-search.rules.ts';
import { emptyValues, type FlowInputs, type OrderValues } from './order-values.rules.ts';

/** A form as it is kept while its page is away: all but secrets, and the key that lets it deploy once. */
export type OrderDraft = { key: string; values: OrderValues };

const texts = z.record(z.string(), z.string());

/** What comes back from the browser's store may be of an older page. */
const keptSchema = z.object({
  key: z.string().min(1).max(255),
  values: z
    .object({ ...emptyValuesShape(), filter: deviceFilterSchema, devices: z.array(z.string()), parameters: texts })
    .partial(),
});

/** The draft as a text. What is a secret of the flow is not in it, whatever field it was typed into. */
export function keptText({ key, values }: OrderDraft, inputs: FlowInputs): string {
  const { secrets, parameters, ...rest } = values;
  const open = Object.entries(parameters).filter(([name]) => !inputs[name]?.secret);
  return JSON.stringify({ key, values: { ...rest, parameters: Object.fromEntries(open) } });
}

/** Reads what `keptText` has made; null where it is not that. */
export function readKept(text: string | null): OrderDraft | null {
  if (text === null) return null;
  try {
    const { key, values } = keptSchema.parse(JSON.parse(text));
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    return { key, values: { ...emptyValues, ...Object.fromEntries(given) } };
  } catch {
    return null;
  }
}

/** Whether somebody has done anything in the form. */
export function isTouched({ secrets, filter, ...values }: OrderValues): boolean {
  const { filter: _filter, secrets: _secrets, ...empty } = emptyValues;
  return JSON.stringify({ ...empty, ...values }) !== JSON.stringify(empty) || Object.keys(filter).length > 0;
}

/**
 * What the form begins with: the draft where it is of the flow that the address asks for, or the address asks for none.
 * Devices of the address stand in place of those of the draft.
 */
export function beginning(
  search: OrderSearch,
  filter: OrderValues['filter'],
  kept: OrderDraft | null,
  newKey: () => string,
): OrderDraft & { isTakenUp: boolean } {
  const asksForDevices = search.filter !== undefined || (search.devices?.length ?? 0) > 0;
  const asked = {
    ...(search.flow !== undefined && { flow: search.flow, flowVersion: String(search.version ?? '') }),
    ...(asksForDevices && { filter, devices: search.devices ?? [] }),
  };
  const isOfFlow = kept !== null && (search.flow === undefined || search.flow === kept.values.flow);
  if (!isOfFlow) return { key: newKey(), values: { ...emptyValues, ...asked }, isTakenUp: false };
  // Whoever gets something back that the address does not ask for has to see that.
  const notAsked = {
    ...kept.values,
    ...(search.flow !== undefined && { flow: '', flowVersion: '' }),
    ...(asksForDevices && { filter: {}, devices: [] }),
  };
  return { key: kept.key, values: { ...kept.values, ...asked }, isTakenUp: isTouched(notAsked) };
}

/** Of the values that are texts. */
function emptyValuesShape() {
  const names = Object.entries(emptyValues).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(names.map(([name]) => [name, z.string()]));
}
