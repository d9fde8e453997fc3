import { type DeviceFilter, deviceFilterSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { OrderSearch } from './order-search.rules.ts';
import { emptyValues, type FlowInputs, type OrderValues } from './order-values.rules.ts';

/** A form as it is kept while its page is away: all but secrets, and the key that lets it deploy once. */
export type OrderDraft = {
  key: string;
  values: OrderValues;
  /** The deployment whose order the form began with. */
  again: string | null;
  /** Whether somebody has changed anything of what the form began with. */
  isTyped: boolean;
};

const texts = z.record(z.string(), z.string());

/** What comes back from the browser's store may be of an older page. */
const keptSchema = z.object({
  key: z.string().min(1).max(255),
  again: z.string().nullable().default(null),
  isTyped: z.boolean().default(true),
  values: z
    .object({ ...emptyValuesShape(), filter: deviceFilterSchema, devices: z.array(z.string()), parameters: texts })
    .partial(),
});

/** The draft as a text. What is a secret of the flow is not in it, whatever field it was typed into. */
export function keptText({ values, ...draft }: OrderDraft, inputs: FlowInputs): string {
  const { secrets, parameters, ...rest } = values;
  const open = Object.entries(parameters).filter(([name]) => !inputs[name]?.secret);
  return JSON.stringify({ ...draft, values: { ...rest, parameters: Object.fromEntries(open) } });
}

/** Reads what `keptText` has made; null where it is not that. */
export function readKept(text: string | null): OrderDraft | null {
  if (text === null) return null;
  try {
    const { values, ...draft } = keptSchema.parse(JSON.parse(text));
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    return { ...draft, values: { ...emptyValues, ...Object.fromEntries(given) } };
  } catch {
    return null;
  }
}

/** Whether somebody has done anything in the form. */
export function isTouched({ secrets, filter, ...values }: OrderValues): boolean {
  const { filter: _filter, secrets: _secrets, ...empty } = emptyValues;
  return JSON.stringify({ ...empty, ...values }) !== JSON.stringify(empty) || Object.keys(filter).length > 0;
}

/** Whether what the address asks for would take the place of something that somebody has typed. */
export function wouldReplace(search: OrderSearch, kept: OrderDraft | null): boolean {
  if (kept === null || !kept.isTyped || !isTouched(kept.values)) return false;
  if (search.again !== undefined) return search.again !== kept.again;
  return search.flow !== undefined && search.flow !== kept.values.flow;
}

/** What an address asks for, once what it names has been read. */
export type AskedOrder = {
  search: OrderSearch;
  /** The filter in it; null where that cannot be read. */
  filter: DeviceFilter | null;
  /** The values of the order that is to be given again. */
  ordered: OrderValues | null;
};

/**
 * What the form begins with: the draft where it is of what the address asks for, or the address asks for nothing; else the
 * order that is to be given again, or an empty form. Devices of the address stand in place of those of either.
 */
export function beginning(
  { search, filter, ordered }: AskedOrder,
  kept: OrderDraft | null,
  newKey: () => string,
): OrderDraft & { isTakenUp: boolean } {
  const devices = askedDevices(search, filter);
  const flow = search.flow !== undefined && { flow: search.flow, flowVersion: String(search.version ?? '') };
  const asked = { ...flow, ...devices };
  const isOfDraft =
    kept !== null &&
    (search.again === undefined || search.again === kept.again) &&
    (search.flow === undefined || search.flow === kept.values.flow);
  if (!isOfDraft) {
    const values = { ...(ordered ?? emptyValues), ...asked };
    return { key: newKey(), values, again: search.again ?? null, isTyped: false, isTakenUp: false };
  }
  // Whoever gets something back that the address does not ask for has to see that.
  const notAsked = {
    ...kept.values,
    ...(flow && { flow: '', flowVersion: '' }),
    ...(devices && { filter: {}, devices: [] }),
  };
  return { ...kept, values: { ...kept.values, ...asked }, isTakenUp: isTouched(notAsked) };
}

/** The devices that an address asks for; null where it asks for none. What cannot be read selects none of those before. */
function askedDevices(
  { filter: text = '', devices = [] }: OrderSearch,
  filter: DeviceFilter | null,
): Pick<OrderValues, 'filter' | 'devices'> | null {
  if (text === '' && devices.length === 0) return null;
  return { filter: text === '' ? {} : (filter ?? {}), devices };
}

/** Of the values that are texts. */
function emptyValuesShape() {
  const names = Object.entries(emptyValues).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(names.map(([name]) => [name, z.string()]));
}
