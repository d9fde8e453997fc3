import type { AuditEventView, Device } from '@tideway/protocol';
import { shellWord } from '../../platform/ui/shell-word.rules.ts';

/** How long a pairing token is valid, as the page offers it; null: until it is revoked. */
export const validFor = [
  { value: '1h', label: 'One hour', said: 'for an hour', ms: 3_600_000 },
  { value: '1d', label: 'One day', said: 'for a day', ms: 86_400_000 },
  { value: '7d', label: 'One week', said: 'for a week', ms: 7 * 86_400_000 },
  { value: '30d', label: '30 days', said: 'for 30 days', ms: 30 * 86_400_000 },
  { value: 'always', label: 'Until it is revoked', said: 'until it is revoked', ms: null },
] as const;
export type ValidFor = (typeof validFor)[number]['value'];

/** What is chosen of a pairing token; `uses` is empty for any number of devices, `group` for the device's own wish. */
export type TokenChoice = { uses: number | string; validFor: ValidFor; group: string | null; needsApproval: boolean };

/** What was chosen, in words: `For one device, valid for a day` */
export function choiceText({ uses, validFor: chosen, group, needsApproval }: TokenChoice): string {
  const devices = uses === '' ? 'any number of devices' : Number(uses) === 1 ? 'one device' : `${uses} devices`;
  const valid = validFor.find(({ value }) => value === chosen)?.said ?? '';
  const into = group === null ? '' : `, into the group ${group}`;
  return `For ${devices}, valid ${valid}${into}${needsApproval ? ', to be approved' : ''}`;
}

/** The call's body for what was chosen. */
export function tokenBody({ uses, validFor: chosen, group, needsApproval }: TokenChoice, nowMs: number) {
  const ms = validFor.find(({ value }) => value === chosen)?.ms ?? null;
  return {
    ...(uses !== '' && { uses }),
    ...(ms !== null && { expires_at: new Date(nowMs + ms).toISOString() }),
    ...(group !== null && { group }),
    ...(needsApproval && { needs_approval: true }),
  };
}

/** The line that makes a Linux machine a device of the server. */
export function installLine(server: string, token: string): string {
  return `curl -fsSL ${shellWord(`${server}/install.sh`)} | sudo sh -s -- -p=${shellWord(token)}`;
}

/** The line that runs the agent of a checkout, on a folder that stands for the whole machine. */
export function tryLine(server: string, token: string, name: string): string {
  const place = `/tmp/tideway-${name}`;
  const words = ['--server', shellWord(server), '--pairing-token', shellWord(token), '--name', name];
  return `mkdir -p ${place}/root && npm run tideway-agent -- run ${words.join(' ')} --root ${place}/root --state ${place}/state`;
}

/** Whether an address leads a machine to itself: no other machine reaches the server by it. */
export function isOnThisMachineOnly(server: string): boolean {
  const { hostname } = new URL(server);
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127\./.test(hostname);
}

/** The ids of devices that joined with this pairing token, in the order in which they came. */
export function arrivedWith(tokenId: string, joinedNewestFirst: AuditEventView[]): string[] {
  const withToken = joinedNewestFirst.filter(({ after }) => (after as Joined | null)?.pairing_token === tokenId);
  return [...new Set(withToken.map(({ target }) => target))].reverse();
}

/** How it stands with a device that has just joined. */
export type Arrival = 'needs_approval' | 'online' | 'offline';

export function arrivalOf({ needs_approval, state }: Pick<Device, 'needs_approval' | 'state'>): Arrival {
  return needs_approval ? 'needs_approval' : state;
}

type Joined = { pairing_token?: unknown };
