import type { RefusalBody } from '@tideway/protocol';
import { visibleText } from '../output/visible-text.rules.ts';

/** A refusal as the server said it: its sentence, then what names it, then each of its faults. */
export function refusalText({ error_message, code, field, errors = [] }: RefusalBody): string {
  const names = [`code: ${code}`, ...(field === undefined ? [] : [`field: ${visibleText(field)}`])];
  const faults = errors.map(({ path, line, message }) => {
    const where = [path, ...(line === undefined ? [] : [`line ${line}`])].filter((part) => part !== '').join(', ');
    return `  ${visibleText(where === '' ? message : `${where}: ${message}`)}`;
  });
  return [visibleText(error_message), ...names.map((name) => `  ${name}`), ...faults].join('\n');
}
