import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreatedAccessToken } from '@tideway/protocol';
import { call, createOwnDatabase } from '@tideway/testkit';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { readConfig } from './config.ts';
import { createLog } from './platform/log.ts';
import { type RunningServer, startServer } from './serve.ts';

const tokens = '/api/v2/access-tokens';

describe.each([
  ['the embedded PostgreSQL', async () => ({})],
  ["a PostgreSQL of one's own", ownDatabase],
])('a server on %s', (_name, settingsOf) => {
  it('knows after a restart which access tokens and users were there right before it', async () => {
    const settings = await settingsOf();
    const home = mkdtempSync(join(tmpdir(), 'tideway-serve-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const first = await start(home, settings);
    const { url } = first;
    const headers = await signIn(first);
    const create = async (name: string): Promise<CreatedAccessToken> =>
      (await call(url, 'POST', tokens, { headers, body: { name, role: 'owner' } })).body;
    const [used, unused, looking] = [await create('used'), await create('unused'), await create('looking')];
    expect((await call(url, 'GET', '/api/v2/projects', { token: used.token })).status).toBe(200);
    await first.stop();

    const second = await start(home, settings);
    // A use of neither of the two, and none by which the user is seen.
    const { token } = looking;
    const listed = (await call(second.url, 'GET', tokens, { token })).body.items;
    const [user] = (await call(second.url, 'GET', '/api/v2/users', { token })).body.items;
    expect(listed).toMatchObject([
      { id: used.id, last_used_at: expect.stringMatching(/^\d{4}-.*Z$/) },
      { id: unused.id, last_used_at: null },
      { id: looking.id },
    ]);
    expect(user.last_seen_at).toMatch(/^\d{4}-.*Z$/);
  });
});

async function ownDatabase(): Promise<Record<string, string>> {
  const own = await createOwnDatabase(inject('postgres'));
  onTestFinished(() => own.drop());
  return { DATABASE_URL: own.url };
}

async function start(home: string, settings: Record<string, string>): Promise<RunningServer> {
  const config = readConfig({ TIDEWAY_HOME: home, TIDEWAY_HOST: '127.0.0.1', TIDEWAY_PORT: '0', ...settings });
  if ('fault' in config) throw new Error(config.fault);
  const server = await startServer(config, createLog('silent'), () => {});
  onTestFinished(() => server.stop());
  return server;
}

/** What the owner's browser sends after signing in by the link of the first start. */
async function signIn({ url, ownerLinkToken }: RunningServer): Promise<Record<string, string>> {
  const { headers } = await call(url, 'POST', '/api/v2/session/by-link', { body: { token: ownerLinkToken } });
  return { cookie: /^[^;]+/.exec(headers.get('set-cookie') ?? '')?.[0] ?? '', origin: url };
}
