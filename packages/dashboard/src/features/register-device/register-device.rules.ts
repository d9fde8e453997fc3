import type { AuditEventView, Device } from '@tideway/protocol';
import { shellWord } from '../../platform/ui/shell-word.rules.ts';

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

/** Whether as many devices have joined with a token as may. `usesLeft` is what it was made for; null is any number. */
export function isUsedUp(usesLeft: number | null, arrived: number): boolean {
  return usesLeft !== null && arrived >= usesLeft;
}

/** How it stands with a device that has just joined. */
export type Arrival = 'needs_approval' | 'online' | 'offline';

export function arrivalOf({ needs_approval, state }: Pick<Device, 'needs_approval' | 'state'>): Arrival {
  return needs_approval ? 'needs_approval' : state;
}

type Joined = { pairing_token?: unknown };
