/** What SWUpdate calls the reason, of all that it said: its first error, for the others follow from it. */
export function swupdateReason(said: string): string {
  const errors = [...said.matchAll(/^\[ERROR\] *: .*?(?:ERROR|\[\d+\]) *:? *(?:\[\w+\] : )?(.*)$/gm)];
  const reason = (errors[0]?.[1] ?? said.trim().split('\n').at(-1) ?? '').trim() || 'it said nothing';
  return /[.!?]$/.test(reason) ? reason : `${reason}.`;
}
