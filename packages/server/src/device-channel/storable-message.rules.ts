import { findUnstorableText, isStorable } from '../platform/http/storable-text.rules.ts';

/**
 * A message with � in place of NUL and of half characters, which no column of the database can hold. Refusing it would
 * lose a result for a byte of a command's output. Output itself is kept as it is: `text` of a `log` stays.
 */
export function storableMessage(message: unknown): unknown {
  if (findUnstorableText(message) === null) return message;
  const storable = withStorableTexts(message);
  return isLog(message) && isLog(storable) ? { ...storable, text: message.text } : storable;
}

function withStorableTexts(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(withStorableTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [storableText(key), withStorableTexts(member)]),
  );
}

function storableText(text: string): string {
  return isStorable(text) ? text : text.replace(/\0|[\ud800-\udfff]/gu, '\ufffd');
}

function isLog(message: unknown): message is { type: 'log'; text: unknown } {
  return (
    typeof message === 'object' && message !== null && 'type' in message && message.type === 'log' && 'text' in message
  );
}
