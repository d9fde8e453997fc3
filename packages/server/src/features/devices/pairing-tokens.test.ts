import { startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const tokens = '/api/v2/greenhouses/pairing-tokens';
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.request('POST', '/api/v2/projects', { body: { name: 'Greenhouses' } });
  await server.request('POST', '/api/v2/projects', { body: { name: 'Elsewhere' } });
});

afterAll(() => server.stop());

describe('a pairing token', () => {
  it('is shown once, and listed without itself', async () => {
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const created = await server.request('POST', tokens, {
      body: { uses: 3, expires_at, group: 'Production', needs_approval: true },
    });
    expect(created.status).toBe(201);
    const { token, ...shown } = created.body;
    expect(token).toMatch(/^twp_[\w-]{32,}$/);
    expect(shown).toMatchObject({ group: 'Production', needs_approval: true, uses_left: 3, expires_at });

    const list = await server.request('GET', tokens);
    const audit = await server.request('GET', '/api/v2/audit-events?limit=1');
    expect(list.body.items).toContainEqual(shown);
    expect(JSON.stringify([list.body, audit.body])).not.toContain(token);
  });

  it('is not limited unless it says so', async () => {
    const { body } = await server.request('POST', tokens, { body: {} });
    expect(body).toMatchObject({ group: null, needs_approval: false, uses_left: null, expires_at: null });
  });

  it('is refused with the field that is wrong', async () => {
    const refused: [unknown, string, string][] = [
      [{ uses: 0 }, 'invalid_request', 'uses'],
      [{ uses: 1.5 }, 'invalid_request', 'uses'],
      [{ expires_at: '2001-01-01T00:00:00Z' }, 'invalid_request', 'expires_at'],
      [{ expires_at: 'soon' }, 'invalid_request', 'expires_at'],
      [{ group: 'Nowhere' }, 'unknown_group', 'group'],
      [{ needs_approval: 'yes' }, 'invalid_request', 'needs_approval'],
      [{ need_approval: true }, 'invalid_request', 'need_approval'],
    ];
    for (const [wrong, ...expected] of refused) {
      const { status, body } = await server.request('POST', tokens, { body: wrong });
      expect([status, body.code, body.field]).toEqual([400, ...expected]);
    }
  });

  it('is gone once it is revoked, and only in its own project', async () => {
    const { body } = await server.request('POST', tokens, { body: {} });
    const elsewhere = await server.request('DELETE', `/api/v2/elsewhere/pairing-tokens/${body.id}`);
    expect([elsewhere.status, elsewhere.body.code]).toEqual([404, 'not_found']);

    expect((await server.request('DELETE', `${tokens}/${body.id}`)).status).toBe(204);
    expect((await server.request('DELETE', `${tokens}/${body.id}`)).status).toBe(404);
    const list = await server.request('GET', tokens);
    expect(list.body.items.map((item: { id: string }) => item.id)).not.toContain(body.id);
  });
});
