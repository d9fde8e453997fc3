/** How long a pairing token is valid, as the forms offer it; null: until it is revoked. */
export const validities = [
  { value: '1h', label: 'One hour', said: 'for an hour', ms: 3_600_000 },
  { value: '1d', label: 'One day', said: 'for a day', ms: 86_400_000 },
  { value: '7d', label: 'One week', said: 'for a week', ms: 7 * 86_400_000 },
  { value: '30d', label: '30 days', said: 'for 30 days', ms: 30 * 86_400_000 },
  { value: 'always', label: 'Until it is revoked', said: 'until it is revoked', ms: null },
] as const;
export type ValidFor = (typeof validities)[number]['value'];

/** What is chosen of a pairing token; `uses` is empty for any number of devices, `group` for the device's own wish. */
export type TokenChoice = { uses: number | string; validFor: ValidFor; group: string | null; needsApproval: boolean };

/** What was chosen, in words: `For one device, valid for a day` */
export function choiceText({ uses, validFor, group, needsApproval }: TokenChoice): string {
  const devices = uses === '' ? 'any number of devices' : Number(uses) === 1 ? 'one device' : `${Number(uses)} devices`;
  const valid = validities.find(({ value }) => value === validFor)?.said ?? '';
  const into = group === null ? '' : `, into the group ${group}`;
  return `For ${devices}, valid ${valid}${into}${needsApproval ? ', to be approved' : ''}`;
}

/** The call's body for what was chosen. */
export function tokenBody({ uses, validFor, group, needsApproval }: TokenChoice, nowMs: number) {
  const ms = validities.find(({ value }) => value === validFor)?.ms ?? null;
  return {
    ...(uses !== '' && { uses: Number(uses) }),
    ...(ms !== null && { expires_at: new Date(nowMs + ms).toISOString() }),
    ...(group !== null && { group }),
    ...(needsApproval && { needs_approval: true }),
  };
}
