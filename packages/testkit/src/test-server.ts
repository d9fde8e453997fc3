import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createApp,
  createDeps,
  createLog,
  createTokenOnThisMachine,
  type Db,
  type Deps,
  defaultLimits,
  type Log,
  openDatabase,
  type Route,
  SwitchablePool,
  setUpAccount,
} from '@tideway/server';
import { inject } from 'vitest';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

/** What an HTTP call answered; `body` is parsed where it is JSON, and a text otherwise. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came back, and fails where it is not as it says
export type Answer = { status: number; body: any; headers: Headers };

export type CallOptions = {
  /** Access token; the owner's where it is left out, none where it is null. */
  token?: string | null;
  /** Sent as JSON where it is an object, and as it is where it is a text, bytes or a stream. */
  body?: unknown;
  headers?: Record<string, string>;
};

/** A real server on an empty database of the test's PostgreSQL. */
export type TestServer = {
  url: string;
  database: TestDatabase;
  db: Db;
  deps: Deps;
  routes: Route[];
  /** The account that the first start made, with the token of its owner. */
  owner: { accountId: number; token: string };
  request: (method: string, path: string, options?: CallOptions) => Promise<Answer>;
  /** A second account of the installation, of which the first must see nothing. */
  createAccount: (name: string) => Promise<{ accountId: number; token: string }>;
  /** Moves the server's clock forward, as `2 hours`. */
  shiftClock: (interval: string) => Promise<void>;
  stop: () => Promise<void>;
};

/** A test calls as fast as it can, so that rates are limited only where that is what it tries. */
const unlimited = { perS: 0, burst: 1 };
const testSettings: Deps['settings'] = {
  pollAfterS: 25,
  wakesPerS: 2000,
  maxArtifactBytes: 1024 * 1024 * 64,
  keepFinishedS: null,
  limits: { ...defaultLimits, tokenCalls: unlimited, deviceMessages: unlimited, failedAuthentications: unlimited },
  metricsToken: null,
  trustedProxies: [],
  publicUrl: null,
  agentFiles: '/nonexistent',
  dashboardFiles: '/nonexistent',
  agentUpdateSpreadS: null,
};

/** Starts a server with all routes, where no port is given on a free one, on a database of its own or that of another one. */
export async function startTestServer(
  { log, port = 0, ...settings }: Partial<Deps['settings']> & { log?: Log; port?: number } = {},
  beside: TestServer | null = null,
): Promise<TestServer> {
  const database = beside?.database ?? (await createTestDatabase(inject('postgres')));
  const pool = new SwitchablePool();
  pool.open(database.connection);
  const db = openDatabase(pool);
  const home = mkdtempSync(join(tmpdir(), 'tideway-test-'));
  const deps = await createDeps({
    db,
    pool,
    home,
    log: log ?? createLog(process.env.TIDEWAY_LOG_LEVEL ?? 'silent'),
    settings: { ...testSettings, ...settings },
  });
  const { server, routes } = await createApp(deps, async () => true);
  await server.listen({ host: '127.0.0.1', port });
  const url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  const createAccount = async (name: string) => {
    const accountId = await setUpAccount(db, { accountName: name, email: `${name}@example.org`, passwordHash: null });
    const { token } = await createTokenOnThisMachine(db, { role: 'owner', name: 'tests', accountId });
    return { accountId, token };
  };
  const owner = beside?.owner ?? (await createAccount(`owner-${randomBytes(3).toString('hex')}`));
  return {
    url,
    database,
    db,
    deps,
    routes,
    owner,
    createAccount,
    request: (method, path, options = {}) => call(url, method, path, { token: owner.token, ...options }),
    shiftClock: async (interval) => {
      await database.shiftClock(interval);
      await pool.close();
      pool.open(database.connection);
    },
    stop: async () => {
      await server.close();
      await db.destroy();
      if (beside === null) await database.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** One HTTP call; an object as body is sent as JSON. */
export async function call(url: string, method: string, path: string, options: CallOptions): Promise<Answer> {
  const { token, body, headers } = options;
  const isJson = typeof body === 'object' && body !== null && !(body instanceof Uint8Array);
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(isJson && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as string | Uint8Array<ArrayBuffer>) }),
  });
  const text = await response.text();
  const isAnswerJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    body: isAnswerJson && text !== '' ? JSON.parse(text) : text,
    headers: response.headers,
  };
}
