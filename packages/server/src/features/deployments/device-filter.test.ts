import { type UpdateStatus, updateStatuses } from '@tideway/protocol';
import { startTestServer, type TestServer } from '@tideway/testkit';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute, oneRow, rows } from '../../platform/database/database.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { removeUpdates } from './archive.store.ts';
import { conditionSql, type DeviceCondition } from './device-filter.rules.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.stop());

/** A device as a generated fleet has it; labels and deployments are small numbers, mapped to rows when it is written. */
type FleetDevice = {
  group: number;
  tags: number[];
  apps: { app: number; version: string }[];
  isOnline: boolean | null;
  updates: { deployment: number; status: UpdateStatus; reason: 'test' | 'overtaken' | 'superseded' }[];
};

const labels = [0, 1, 2];
const versions = ['1.0', '1.10', '2.0'];
const closed: UpdateStatus[] = ['pending', 'success', 'failed', 'aborted'];

const deviceArbitrary: fc.Arbitrary<FleetDevice> = fc.record({
  group: fc.constantFrom(...labels),
  tags: fc.subarray(labels),
  apps: fc
    .subarray(labels)
    .chain((apps) => fc.tuple(...apps.map((app) => fc.constantFrom(...versions).map((version) => ({ app, version }))))),
  isOnline: fc.constantFrom(true, false, null),
  updates: fc
    .tuple(
      fc.subarray(labels),
      fc.array(fc.constantFrom(...closed), { minLength: 3, maxLength: 3 }),
      fc.boolean(),
      fc.constantFrom('test' as const, 'overtaken' as const, 'superseded' as const),
    )
    .map(([deployments, statuses, isAtWork, reason]) =>
      deployments.map((deployment, index) => ({
        deployment,
        reason,
        status: isAtWork && index === deployments.length - 1 ? 'in_progress' : (statuses[index] ?? 'pending'),
      })),
    ),
});

const { condition: conditionArbitrary } = fc.letrec<{ condition: DeviceCondition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constant('group' as const), groupId: fc.constantFrom(...labels) }),
    fc.record({ kind: fc.constant('tag' as const), tagId: fc.constantFrom(...labels) }),
    fc.record({
      kind: fc.constant('app' as const),
      appId: fc.constantFrom(...labels),
      version: fc.constantFrom(null, ...versions, '9'),
    }),
    fc.record({ kind: fc.constant('online' as const) }),
    fc.record({ kind: fc.constant('device' as const), deviceId: fc.nat(19) }),
    fc.record({
      kind: fc.constant('deployment' as const),
      deploymentId: fc.constantFrom(...labels),
      status: fc.constantFrom(null, ...updateStatuses),
    }),
    fc.record({
      kind: fc.constant('to_retry' as const),
      deploymentId: fc.constantFrom(...labels),
      statuses: fc.subarray(updateStatuses.slice()),
    }),
    fc.record({ kind: fc.constant('last_update' as const), status: fc.constantFrom(...updateStatuses) }),
    fc.record({ kind: fc.constant('not' as const), of: tie('condition') }),
    fc.record({
      kind: fc.constantFrom('all' as const, 'any' as const),
      of: fc.array(tie('condition'), { maxLength: 4 }),
    }),
  ),
}));

describe('the SQL of a device filter', () => {
  it('selects the devices that a plain evaluation selects', async () => {
    const filtersPerFleet = 50;
    const fleets = 24;
    let selected = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(deviceArbitrary, { minLength: 1, maxLength: 20 }),
        fc.array(conditionArbitrary, { minLength: filtersPerFleet, maxLength: filtersPerFleet }),
        async (fleet, conditions) => {
          const ids = await writeFleet(fleet);
          for (const condition of conditions) {
            const expected = fleet.flatMap((device, index) => (matches(device, index, condition) ? [index] : []));
            expect(await select(ids, condition)).toEqual(expected);
            selected += expected.length;
          }
        },
      ),
      { numRuns: fleets },
    );
    // Filters that never match would agree as well.
    expect(selected).toBeGreaterThan(fleets * filtersPerFleet);
  });

  it('selects the same by the last update when finished ones are archived, in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(deviceArbitrary, { minLength: 1, maxLength: 20 }),
        fc.shuffledSubarray(labels, { minLength: 1 }),
        async (fleet, archived) => {
          const ids = await writeFleet(fleet);
          const byLastUpdate = () =>
            Promise.all(updateStatuses.map((status) => select(ids, { kind: 'last_update', status })));
          const before = await byLastUpdate();
          for (const deployment of archived) await archiveFinishedOf(ids, deployment);
          expect(await byLastUpdate()).toEqual(before);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('never selects a deleted device or one that awaits approval', async () => {
    const project = await server.request('POST', '/api/v2/projects', { body: { name: 'Waiting' } });
    const path = `/api/v2/${project.body.key}`;
    for (const name of ['kept', 'waiting', 'deleted']) {
      await server.request('POST', `${path}/devices`, {
        body: { name, id: `d-0000-${name.slice(0, 4)}`, group: 'Production' },
      });
    }
    await execute(server.db, sql`update device set needs_approval = true where name = 'waiting'`);
    await server.request('DELETE', `${path}/devices/d-0000-dele`);
    await server.request('POST', `${path}/update-flows?id=f-0000-0001`, {
      body: { flows: { a: { steps: [{ name: 'a', run: 'ls' }] } } },
    });
    const order = await server.request('POST', `${path}/deployments`, {
      body: { deployment_configuration: { flow_uuid: 'f-0000-0001' } },
    });
    const updates = await server.request('GET', `${path}/deployments/${order.body.deployment_id}/updates`);

    expect(updates.body.items.map((item: { device: { name: string } }) => item.device.name)).toEqual(['kept']);
  });
});

/** Whether a device meets a condition, by the words of the contract. */
function matches(device: FleetDevice, index: number, condition: DeviceCondition): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.of.every((part) => matches(device, index, part));
    case 'any':
      return condition.of.some((part) => matches(device, index, part));
    case 'not':
      return !matches(device, index, condition.of);
    case 'device':
      return condition.deviceId === index;
    case 'group':
      return device.group === condition.groupId;
    case 'tag':
      return device.tags.includes(condition.tagId);
    case 'app':
      return device.apps.some(
        ({ app, version }) => app === condition.appId && (condition.version ?? version) === version,
      );
    case 'online':
      return device.isOnline === true;
    case 'deployment':
      return device.updates.some(
        ({ deployment, status }) => deployment === condition.deploymentId && (condition.status ?? status) === status,
      );
    case 'to_retry':
      return device.updates.some(
        ({ deployment, status, reason }) =>
          deployment === condition.deploymentId && condition.statuses.includes(status) && reason === 'test',
      );
    case 'last_update':
      return device.updates.at(-1)?.status === condition.status;
  }
}

/** Internal ids of a written fleet, by the small numbers of the generated one. */
type Ids = {
  project: number;
  devices: number[];
  groups: number[];
  tags: number[];
  apps: number[];
  deployments: number[];
};

async function writeFleet(fleet: FleetDevice[]): Promise<Ids> {
  const { id: project } = await oneRow<{ id: number }>(
    server.db,
    sql`insert into project (account_id, key, name)
        select ${server.owner.accountId}, 'fleet-' || count(*), 'Fleet ' || count(*) from project returning id`,
  );
  const idsOf = async (query: ReturnType<typeof sql>) =>
    (await rows<{ id: number }>(server.db, query)).map((row) => row.id).sort((one, other) => one - other);
  const ids: Ids = {
    project,
    devices: [],
    groups: await idsOf(
      sql`insert into device_group (project_id, name) select ${project}, n from unnest(${labels}::int[]) n returning id`,
    ),
    tags: await idsOf(
      sql`insert into tag (project_id, name) select ${project}, n from unnest(${labels}::int[]) n returning id`,
    ),
    apps: await idsOf(
      sql`insert into app (project_id, name) select ${project}, n from unnest(${labels}::int[]) n returning id`,
    ),
    deployments: await writeDeployments(project),
  };
  ids.devices = await idsOf(sql`
    insert into device (public_id, project_id, group_id, name)
    select 'd-' || n, ${project}, g, 'device ' || n
    from unnest(${fleet.map((device) => ids.groups[device.group])}::bigint[]) with ordinality as f (g, n) returning id`);
  await writeParts(fleet, ids);
  return ids;
}

async function writeDeployments(project: number): Promise<number[]> {
  const { id: version } = await oneRow<{ id: number }>(
    server.db,
    sql`with f as (insert into flow (public_id, project_id, name) values ('f-1', ${project}, 'flow') returning id)
        insert into flow_version (flow_id, number, source, document, created_by)
        select id, 1, '', '{}', 'test' from f returning id`,
  );
  await execute(
    server.db,
    sql`insert into deployment_document (sha256, content) values ('test', '{}') on conflict do nothing`,
  );
  const found = await rows<{ id: number }>(
    server.db,
    sql`insert into deployment (public_id, project_id, flow_version_id, document_sha256, device_filter, parameters,
                                time_limit_s, devices, created_by)
        select 'dp-' || n, ${project}, ${version}, 'test', '{}', '{}', 60, 0, 'test' from unnest(${labels}::int[]) n
        returning id`,
  );
  return found.map((row) => row.id).sort((one, other) => one - other);
}

async function writeParts(fleet: FleetDevice[], ids: Ids): Promise<void> {
  const parts = fleet.flatMap((device, index) => {
    const id = ids.devices[index];
    return [
      ...device.tags.map((tag) => sql`insert into device_tag values (${id}, ${ids.tags[tag]})`),
      ...device.apps.map(
        ({ app, version }) =>
          sql`insert into device_app (device_id, app_id, version) values (${id}, ${ids.apps[app]}, ${version})`,
      ),
      ...device.updates.map(
        ({ deployment, status, reason }) => sql`
          insert into device_update (deployment_id, device_id, status, reason, finished_at)
          values (${ids.deployments[deployment]}, ${id}, ${status}, ${reason},
                  ${['success', 'failed', 'aborted'].includes(status) ? sql`tideway_now()` : null})`,
      ),
      ...(device.isOnline === null
        ? []
        : [
            sql`insert into device_presence values
                (${id}, tideway_now(), tideway_now() + ${device.isOnline ? '1 hour' : '-1 hour'}::interval)`,
          ]),
    ];
  });
  for (const part of parts) await execute(server.db, part);
}

/** Removes the finished updates of a deployment as archiving does; here others of it may be open. */
async function archiveFinishedOf(ids: Ids, deployment: number): Promise<void> {
  const deploymentId = ids.deployments[deployment] ?? 0;
  await inTransaction(server.db, async (tx) => {
    await execute(tx, sql`update deployment set archived_at = tideway_now() where id = ${deploymentId}`);
    const finished = await rows<{ device_id: number }>(
      tx,
      sql`select device_id from device_update where deployment_id = ${deploymentId} and finished_at is not null`,
    );
    await removeUpdates(
      tx,
      deploymentId,
      finished.map(({ device_id }) => device_id),
    );
  });
}

/** The places in the fleet of the devices that the condition's SQL selects. */
async function select(ids: Ids, condition: DeviceCondition): Promise<number[]> {
  const found = await rows<{ id: number }>(
    server.db,
    sql`select d.id from device d where d.project_id = ${ids.project} and ${conditionSql(withIds(condition, ids))} order by d.id`,
  );
  return found.map((row) => ids.devices.indexOf(row.id));
}

function withIds(condition: DeviceCondition, ids: Ids): DeviceCondition {
  const missing = -1;
  switch (condition.kind) {
    case 'all':
    case 'any':
      return { ...condition, of: condition.of.map((part) => withIds(part, ids)) };
    case 'not':
      return { ...condition, of: withIds(condition.of, ids) };
    case 'device':
      return { ...condition, deviceId: ids.devices[condition.deviceId] ?? missing };
    case 'group':
      return { ...condition, groupId: ids.groups[condition.groupId] ?? missing };
    case 'tag':
      return { ...condition, tagId: ids.tags[condition.tagId] ?? missing };
    case 'app':
      return { ...condition, appId: ids.apps[condition.appId] ?? missing };
    case 'deployment':
    case 'to_retry':
      return { ...condition, deploymentId: ids.deployments[condition.deploymentId] ?? missing };
    default:
      return condition;
  }
}
