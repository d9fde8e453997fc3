/** Bytes of a body, both ends included. */
export type ByteRange = { start: number; end: number };

/**
 * The part that a `Range` header asks for (RFC 9110, 14.1.2). Null for the whole body: without a header, with one that
 * is not of this form or has several parts, and where it asks for nothing that is there, so that a caller who holds
 * more than there is begins anew.
 */
export function readByteRange(header: string | undefined, size: number): ByteRange | null {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start <= end ? { start, end } : null;
}
