/** A text that stands behind the `?` of an address: the router reads what looks like JSON or a number as such. */
export function addressText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
