import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  createApp,
  createDeps,
  createLog,
  type Deps,
  defaultLimits,
  openDatabase,
  SwitchablePool,
  version,
} from '@tideway/server';
import { createTicket } from '../../packages/server/src/device-channel/ticket.ts';
import { again } from '../../packages/server/src/platform/batch/again.ts';
import type { BatchWork } from '../../packages/server/src/platform/batch/batches.ts';
import { createHttpServer } from '../../packages/server/src/platform/http/http-server.ts';
import type { Connection } from '../fleet/databases.ts';
import type { PickedDevice } from '../fleet/rows-of-fleet.ts';
import { routesWithoutDatabase } from '../rows/without-database.ts';
import { liveBytes } from './live-bytes.ts';

/** What is measured, or its baseline made of the same parts. */
export type ServerVariant = 'whole' | 'without batches' | 'without database';

export type ServerCommands = {
  start: (options: { connection: Connection; home: string; variant: ServerVariant }) => Promise<{ url: string }>;
  /** Tickets as a session gives them. */
  createTickets: (devices: PickedDevice[]) => Promise<string[]>;
  measureMemory: (nothing: null) => Promise<number>;
};

let deps: Deps | null = null;

/** A server in a process of its own. */
export const serverPart: ServerCommands = {
  start: async ({ connection, home, variant }) => {
    const pool = new SwitchablePool();
    pool.open(connection);
    const whole = await createDeps({
      ...{ pool, home, settings },
      db: openDatabase(pool),
      log: createLog('warn'),
    });
    deps = variant === 'without batches' ? { ...whole, batches: batchesOfOne(whole) } : whole;
    const server =
      variant === 'without database'
        ? await createHttpServer(routesWithoutDatabase(deps), deps, version)
        : (await createApp(deps, async () => true)).server;
    await server.listen({ host: '127.0.0.1', port: 0 });
    return { url: `http://127.0.0.1:${(server.server.address() as AddressInfo).port}` };
  },
  createTickets: async (devices) => {
    const ticketKey = deps?.installation.ticketKey ?? new Uint8Array();
    return devices.map(({ id }) => createTicket(ticketKey, { id, session: 0 }, Date.now()));
  },
  measureMemory: async () => liveBytes(),
};

/** As it is delivered, but that one token may ask as often as it likes: here one caller stands for many. */
const settings: Deps['settings'] = {
  pollAfterS: 25,
  wakesPerS: 2000,
  maxArtifactBytes: 1024 * 1024,
  limits: { ...defaultLimits, tokenCalls: { perS: 0, burst: 1 } },
  metricsToken: null,
  keepFinishedS: null,
  trustedProxies: [],
  publicUrl: null,
  agentFiles: '/nonexistent',
  dashboardFiles: fileURLToPath(new URL('dashboard', import.meta.url)),
  agentUpdateSpreadS: null,
};

/** The same work and statements, in a transaction for each item. */
export function batchesOfOne(deps: Omit<Deps, 'batches'>): Deps['batches'] {
  return {
    run: async <Item, Result>(work: BatchWork<Omit<Deps, 'batches'>, Item, Result>, item: Item) => {
      for (;;) {
        const [result] = await work.run(deps, [item]);
        if (result !== again) return result as Result;
        await delay(5);
      }
    },
  };
}
