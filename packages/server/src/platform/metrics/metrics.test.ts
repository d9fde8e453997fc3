import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createReport, eventually, makeDeviceFleet, startTestServer, type TestServer } from '@tideway/testkit';
import { afterEach, describe, expect, it } from 'vitest';

const operations = fileURLToPath(new URL('../../../../../docs/operations.md', import.meta.url));
let server: TestServer;

afterEach(() => server.stop());

describe('/metrics', () => {
  it('counts requests, contacts, batches, updates, refusals and connections', async () => {
    server = await startTestServer();
    const fleet = await makeDeviceFleet(server, 'Counted');
    const device = await fleet.joinDevice();
    const update_id = await fleet.deployTo([device]);
    await device.next();
    await device.report({ update_id, seq: 1, event: 'succeeded' });
    await device.say(createReport({ update_id, seq: 1, event: 'succeeded' }));
    await server.request('GET', '/api/v2/projects', { token: 'twu_unknown' });
    await server.request('GET', '/nowhere');

    await eventually(async () => {
      expect(await lines()).toMatchObject({
        'tideway_http_requests_total{method="GET",route="/api/v2/projects",status="401"}': 1,
        'tideway_http_requests_total{method="GET",route="none",status="404"}': 1,
        'tideway_http_request_duration_seconds_count{method="POST",route="/device/v1/messages"}': 3,
        'tideway_refusals_total{code="invalid_token"}': 1,
        'tideway_refusals_total{code="not_found"}': 1,
        'tideway_device_contacts_total{over="polling"}': 3,
        'tideway_batch_items_count{work="contacts"}': 3,
        'tideway_batch_items_sum{work="reports"}': 2,
        'tideway_batch_duration_seconds_count{work="take_ups"}': 1,
        'tideway_updates_ended_total{status="success"}': 1,
        tideway_http_requests_open: 0,
        tideway_channels_open: 0,
        tideway_database_waiting: 0,
        'tideway_database_connections{state="idle"}': expect.toSatisfy((count) => count > 0),
        process_resident_memory_bytes: expect.toSatisfy((bytes) => bytes > 10_000_000),
      });
    });
  });

  it('shows the channels that are open, and counts those that were woken', async () => {
    server = await startTestServer();
    const fleet = await makeDeviceFleet(server, 'Connected');
    const device = await fleet.joinDevice();
    const channel = await device.openChannel();
    await channel.say({ type: 'next' });
    await fleet.deployTo([device]);
    await channel.woken();

    expect(await lines()).toMatchObject({
      tideway_channels_open: 1,
      tideway_wakes_total: 1,
      'tideway_device_contacts_total{over="channel"}': 1,
    });
    await channel.close();
    await eventually(async () => expect(await lines()).toMatchObject({ tideway_channels_open: 0 }));
  });

  it('has the metrics that docs/operations.md lists, and no others', async () => {
    server = await startTestServer();
    const [, section = ''] = readFileSync(operations, 'utf8').split('\n## Metrics\n');
    const listed = [...section.replace(/\n## [\s\S]*/, '').matchAll(/^\| `([a-z0-9_]+)(?:\{[^`]*\})?` \|/gm)];

    expect(listed.map(([, name]) => name).sort()).toEqual(server.deps.metrics.names().sort());
  });

  it('counts for each server apart', async () => {
    server = await startTestServer();
    const other = await startTestServer();
    await other.request('GET', '/nowhere');
    await eventually(async () => expect(await other.deps.metrics.text()).toContain('code="not_found"'));
    await other.stop();

    expect(await server.deps.metrics.text()).not.toContain('code="not_found"');
  });

  it('is read on the same machine without a token, but not through a proxy', async () => {
    server = await startTestServer();
    const direct = await server.request('GET', '/metrics', { token: null });
    const forwarded = await server.request('GET', '/metrics', { headers: { 'x-forwarded-for': '127.0.0.1' } });

    expect([direct.status, direct.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect([forwarded.status, forwarded.body.code]).toEqual([403, 'forbidden']);
  });

  it('is read by who shows the token, where there is one', async () => {
    server = await startTestServer({ metricsToken: 'scrape-me' });
    const read = async (token: string | null) => (await server.request('GET', '/metrics', { token })).status;

    expect([await read(null), await read('scrape-m'), await read(server.owner.token)]).toEqual([401, 401, 401]);
    expect(await read('scrape-me')).toBe(200);
  });
});

/** Values of all metrics by name and labels. */
async function lines(): Promise<Record<string, number>> {
  const { body } = await server.request('GET', '/metrics');
  const values = String(body)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => /^(.*) (\S+)$/.exec(line) ?? []);
  return Object.fromEntries(values.map(([, name = '', value]) => [name, Number(value)]));
}
