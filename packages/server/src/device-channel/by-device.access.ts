import { bearerToken } from '../features/accounts/signed-in.access.ts';
import type { ProvenDevice } from '../features/devices/note-contact.ts';
import type { Deps } from '../platform/deps.ts';
import type { Access } from '../platform/http/route.ts';
import { refuseAttempt, requireNoPause } from '../platform/limits/limits.ts';
import { Refusal } from '../platform/refusal.ts';
import { isOurTicket, readTicket } from './ticket.ts';

type AdmitDeps = Pick<Deps, 'installation' | 'rates'>;

/** Admits a device that carries the ticket of its session. */
export function byDevice(deps: AdmitDeps): Access<ProvenDevice> {
  return {
    needs: 'the ticket of a session, which `POST /device/v1/session` gives a device',
    role: null,
    admit: ({ headers, ip }) => admitDevice(deps, headers.authorization, ip),
  };
}

/** The device whose ticket is in the `Authorization` header. One that has to pause is refused as `rate_limited`. */
export async function admitDevice(
  { installation: { ticketKey }, rates }: AdmitDeps,
  authorization: string | undefined,
  address: string,
): Promise<ProvenDevice> {
  const ticket = bearerToken(authorization);
  const device = ticket && readTicket(ticketKey, ticket, Date.now());
  if (!device) {
    const refusal = new Refusal(
      'invalid_token',
      'A ticket of a device is needed, and this one is unknown or has expired',
    );
    // A whole fleet behind one address may come back with tickets that have run out: those are no attempts of strangers.
    if (ticket === null || isOurTicket(ticketKey, ticket)) throw refusal;
    return refuseAttempt(address, rates.failures, refusal);
  }
  requireNoPause(rates.devices.pauseMs(device.id), 'of this device');
  rates.devices.charge(device.id);
  return device;
}
