import { findReferences } from '@tideway/protocol';
import type { Order } from './order.rules.ts';

/**
 * The field of an order by which a template of the flow got its value: the parameter or the key of the configuration;
 * what holds them where there are several; and the flow's id where all that stands in the template is the flow's own.
 */
export function fieldBehind(template: string, { parameters, configuration, fields }: Order): string {
  const { references } = findReferences(template);
  const namesIn = (scope: 'inputs' | 'config', given: object) =>
    new Set(references.filter((one) => one.scope === scope && Object.hasOwn(given, one.name)).map(({ name }) => name));
  const given = namesIn('inputs', parameters);
  const [parameter] = given;
  if (parameter !== undefined) return given.size > 1 ? fields.parameters : `${fields.parameters}.${parameter}`;
  const configured = namesIn('config', configuration ?? {});
  const [key] = configured;
  if (key !== undefined) return configured.size > 1 ? fields.configuration : `${fields.configuration}.${key}`;
  return fields.flow;
}
