import { createTokenOf, orderForAllDevices, startTestServer, type TestServer } from '@tideway/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute, rows } from '../../platform/database/database.ts';

const project = '/api/v2/greenhouses';
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.request('POST', '/api/v2/projects', { body: { name: 'Greenhouses' } });
  await server.request('POST', `${project}/tags`, { body: { name: 'humid' } });
});

afterAll(() => server.stop());

describe('deleting a device', () => {
  it('ends its open updates, keeps the counts true, and finishes what has nothing open any more', async () => {
    const first = await createDevice('first');
    const second = await createDevice('second');
    await orderForAllDevices(server, 'greenhouses', 'dp-one');
    await orderForAllDevices(server, 'greenhouses', 'dp-two');
    await takeUp('dp-two', first);

    expect((await server.request('DELETE', `${project}/devices/${first}`)).status).toBe(204);
    expect(await readDeployments()).toEqual([
      { deployment: 'dp-one', pending: 1, in_progress: 0, aborted: 1, finished: false },
      { deployment: 'dp-two', pending: 1, in_progress: 0, aborted: 1, finished: false },
    ]);
    expect(await readUpdates(first)).toEqual([
      { status: 'aborted', reason: 'device_deleted', message: 'The device was deleted; nothing had run on it' },
      {
        status: 'aborted',
        reason: 'device_deleted',
        message: 'The device was deleted while it was at work: what it did then is not known',
      },
    ]);

    await server.request('DELETE', `${project}/devices/${second}`);
    expect(await readDeployments()).toEqual([
      { deployment: 'dp-one', pending: 0, in_progress: 0, aborted: 2, finished: true },
      { deployment: 'dp-two', pending: 0, in_progress: 0, aborted: 2, finished: true },
    ]);
  });

  it('leaves nothing that finds it, and frees its name, id, key and tags', async () => {
    const body = {
      name: 'pump',
      id: 'd-0000-0001',
      group: 'Production',
      tags: ['humid'],
      public_key: 'p'.repeat(43),
    };
    await server.request('POST', `${project}/groups`, { body: { name: 'North' } });
    await server.request('POST', `${project}/devices`, { body: { ...body, group: 'North' } });
    expect((await server.request('DELETE', `${project}/devices/${body.id}`)).status).toBe(204);

    expect((await server.request('GET', `${project}/devices/${body.id}`)).status).toBe(404);
    expect((await server.request('DELETE', `${project}/devices/${body.id}`)).status).toBe(404);
    expect((await server.request('GET', `${project}/devices?search=pump`)).body.items).toEqual([]);
    expect((await server.request('DELETE', `${project}/groups/North`)).status).toBe(204);
    expect((await server.request('DELETE', `${project}/tags/humid`)).status).toBe(204);
    expect((await server.request('POST', `${project}/devices`, { body: { ...body, tags: [] } })).status).toBe(201);
  });

  it('happens once, however many ask at once, and needs an admin', async () => {
    const id = await createDevice('once');
    const token = await createTokenOf(server, 'operator');
    expect((await server.request('DELETE', `${project}/devices/${id}`, { token })).status).toBe(403);

    const answers = await Promise.all([1, 2, 3].map(() => server.request('DELETE', `${project}/devices/${id}`)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([204, 404, 404]);
  });
});

async function createDevice(name: string): Promise<string> {
  const { body } = await server.request('POST', `${project}/devices`, { body: { name, group: 'Production' } });
  return body.id;
}

async function takeUp(deployment: string, device: string): Promise<void> {
  await execute(
    server.db,
    sql`with taken as (
          update device_update u set status = 'in_progress', taken_up_at = tideway_now()
          from deployment d, device v
          where d.id = u.deployment_id and v.id = u.device_id and d.public_id = ${deployment} and v.public_id = ${device}
          returning u.deployment_id)
        update deployment_count c set pending = pending - 1, in_progress = in_progress + 1
        from taken where taken.deployment_id = c.deployment_id`,
  );
}

async function readDeployments(): Promise<unknown[]> {
  return rows(
    server.db,
    sql`select d.public_id as deployment, c.pending, c.in_progress, c.aborted, d.finished_at is not null as finished
        from deployment d join deployment_count c on c.deployment_id = d.id order by d.id`,
  );
}

async function readUpdates(device: string): Promise<unknown[]> {
  return rows(
    server.db,
    sql`select u.status, u.reason, u.message from device_update u join device v on v.id = u.device_id
        where v.public_id = ${device} order by u.deployment_id`,
  );
}
