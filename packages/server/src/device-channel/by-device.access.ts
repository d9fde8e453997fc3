import { bearerToken } from '../features/accounts/signed-in.access.ts';
import type { ProvenDevice } from '../features/devices/note-contact.ts';
import type { Deps } from '../platform/deps.ts';
import type { Access } from '../platform/http/route.ts';
import { Refusal } from '../platform/refusal.ts';
import { readTicket } from './ticket.ts';

/** Admits a device that carries the ticket of its session. */
export function byDevice({ installation }: Pick<Deps, 'installation'>): Access<ProvenDevice> {
  return {
    needs: 'the ticket of a session, which `POST /device/v1/session` gives a device',
    role: null,
    admit: async (request) => {
      const ticket = bearerToken(request.headers.authorization);
      const device = ticket && readTicket(installation.ticketKey, ticket, Date.now());
      if (device) return device;
      throw new Refusal('invalid_token', 'A ticket of a device is needed, and this one is unknown or has expired');
    },
  };
}
