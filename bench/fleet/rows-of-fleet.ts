import type { FlowDocument } from '@tideway/protocol';
import { type Db, execute, oneRow } from '@tideway/server';
import { sql } from 'kysely';

// Everything that writes the rows of a fleet past the server's doors stands in this file.

/** A project whose devices are half in the group `half` and half in `rest`. */
export type FleetProject = { id: number; key: string; flowId: string; flowVersionId: number; devices: number };

/** A project with two groups, two tags, an app and a flow. */
export async function insertProject(
  db: Db,
  accountId: number,
  key: string,
): Promise<Pick<FleetProject, 'id' | 'flowId' | 'flowVersionId'>> {
  const { id } = await oneRow<{ id: number }>(
    db,
    sql`insert into project (account_id, key, name) values (${accountId}, ${key}, ${key}) returning id`,
  );
  await execute(db, sql`insert into device_group (project_id, name) values (${id}, 'half'), (${id}, 'rest')`);
  await execute(db, sql`insert into tag (project_id, name) values (${id}, 'often'), (${id}, 'rare')`);
  await execute(db, sql`insert into app (project_id, name) values (${id}, 'irrigation')`);
  const flowId = `${key}-flow`;
  const flow = await oneRow<{ id: number }>(
    db,
    sql`insert into flow (public_id, project_id, name) values (${flowId}, ${id}, 'release') returning id`,
  );
  const version = await oneRow<{ id: number }>(
    db,
    sql`insert into flow_version (flow_id, number, source, document, created_by)
        values (${flow.id}, 1, '', ${JSON.stringify(flowDocument)}::jsonb, 'bench') returning id`,
  );
  return { id, flowId, flowVersionId: version.id };
}

/** Devices that have joined; nine of ten are online. */
export async function insertDevices(db: Db, { id, key, devices }: FleetProject): Promise<void> {
  await execute(
    db,
    sql`insert into device (public_id, project_id, group_id, name, description, public_key, agent_version, os, arch,
                            attributes, joined_at)
        select ${key} || '-' || n, ${id}::bigint,
               (select g.id from device_group g where g.project_id = ${id}
                and g.name = case when n % 2 = 0 then 'half' else 'rest' end),
               ${key} || '-device-' || n, 'in row ' || n % 1000, rpad(md5(${key} || n), 43, 'k'), '1.0.0', 'linux',
               'arm64', '{"hall": "3", "model": "t1"}', tideway_now()
        from generate_series(1, ${devices}::integer) n`,
  );
  await execute(
    db,
    sql`insert into device_presence (device_id, last_contact_at, online_until)
        select d.id, tideway_now(), tideway_now() + case when d.id % 10 = 0 then interval '-1 day' else interval '1 day' end
        from device d where d.project_id = ${id}`,
  );
}

/** Every device has the app, in one of five versions; one of ten has the tag `often`, one of a thousand `rare`. */
export async function insertLabels(db: Db, { id }: FleetProject): Promise<void> {
  await execute(
    db,
    sql`insert into device_tag (device_id, tag_id)
        select d.id, t.id from device d join tag t on t.project_id = d.project_id
        where d.project_id = ${id} and d.id % case t.name when 'often' then 10 else 1000 end = 0`,
  );
  await execute(
    db,
    sql`insert into device_app (device_id, app_id, version)
        select d.id, a.id, 'v' || d.id % 5 from device d join app a on a.project_id = d.project_id
        where d.project_id = ${id}`,
  );
}

/** A deployment to all devices of a project that has ended: nine of ten succeeded. */
export async function insertPastDeployment(db: Db, project: FleetProject, number: number): Promise<void> {
  const id = await insertDeployment(db, project, `${project.key}-past-${number}`, project.devices);
  await execute(
    db,
    sql`insert into device_update (deployment_id, device_id, status, reason, last_seq, taken_up_at, finished_at)
        select ${id}::bigint, d.id, case when d.id % 10 = 1 then 'failed' else 'success' end,
               case when d.id % 10 = 1 then 'step_failed' end, 5, tideway_now(), tideway_now()
        from device d where d.project_id = ${project.id}`,
  );
  await execute(
    db,
    sql`with failed as (select count(*)::integer as count from device_update where deployment_id = ${id} and status = 'failed'),
             counted as (update deployment_count set pending = 0, failed = failed.count, success = ${project.devices} - failed.count
                         from failed where deployment_id = ${id})
        update deployment set finished_at = tideway_now() where id = ${id}`,
  );
}

/** An order to these devices that they have not taken up yet, or are at. */
export async function insertOpenUpdates(
  db: Db,
  project: FleetProject,
  publicId: string,
  { deviceIds, status }: { deviceIds: readonly number[]; status: 'pending' | 'in_progress' },
): Promise<void> {
  const id = await insertDeployment(db, project, publicId, deviceIds.length);
  if (status === 'in_progress') {
    await execute(db, sql`update deployment_count set pending = 0, in_progress = pending where deployment_id = ${id}`);
  }
  await execute(
    db,
    sql`insert into device_update (deployment_id, device_id, status, taken_up_at)
        select ${id}::bigint, d.id, ${status}, case when ${status} = 'in_progress' then tideway_now() end
        from unnest(${deviceIds}::bigint[]) as d (id) order by d.id`,
  );
}

/** Takes a deployment back as if it had not been ordered, and clears its rows away. */
export async function removeDeployment(db: Db, publicId: string): Promise<void> {
  const { id } = await oneRow<{ id: number }>(db, sql`select id from deployment where public_id = ${publicId}`);
  await execute(db, sql`delete from update_step where deployment_id = ${id}`);
  await execute(db, sql`delete from device_update where deployment_id = ${id}`);
  await execute(db, sql`delete from deployment_count where deployment_id = ${id}`);
  await execute(db, sql`delete from deployment where id = ${id}`);
  await execute(db, sql`vacuum (index_cleanup on) device_update`);
}

/** Devices that are spread over a project: their internal ids, ids and keys. */
export async function pickDevices(db: Db, project: FleetProject, count: number): Promise<PickedDevice[]> {
  const { devices } = await oneRow<{ devices: PickedDevice[] }>(
    db,
    sql`select json_agg(json_build_object('id', d.id, 'publicId', d.public_id) order by md5(d.public_id)) as devices
        from generate_series(1, ${count}::bigint) n
        join device d on d.project_id = ${project.id}
                     and d.public_id = ${project.key} || '-' || (n * ${project.devices}::bigint / ${count}::bigint)`,
  );
  return devices;
}

export type PickedDevice = { id: number; publicId: string };

/** What autovacuum would do in the minutes after. */
export async function refreshStatistics(db: Db): Promise<void> {
  await execute(db, sql`vacuum (analyze)`);
  await execute(db, sql`checkpoint`);
}

/** Two commands, as a person would have saved them. */
const flowDocument: FlowDocument = {
  name: 'release',
  description: null,
  inputs: {},
  timeout_s: 3600,
  reboot_after_update: false,
  order: 'newest_first',
  requires: { arch: [], os: [] },
  rollback: null,
  steps: [commandStep('stop the app', 'systemctl stop app'), commandStep('start the app', 'systemctl start app')],
};

function commandStep(name: string, script: string): FlowDocument['steps'][number] {
  return {
    name,
    env: {},
    timeout_s: 600,
    retry: { attempts: 1, delay_s: 0 },
    uninterruptible: false,
    repeatable: false,
    on_failure: { ignore: false, revert_all_files: false, trigger: 'any_step_failure', run_rollback: true },
    uses: 'run',
    with: { shell: 'sh', script },
  };
}

async function insertDeployment(db: Db, project: FleetProject, publicId: string, devices: number): Promise<number> {
  const { id } = await oneRow<{ id: number }>(
    db,
    sql`with document as (insert into deployment_document (sha256, content) values (${publicId}, '{}')
                          on conflict do nothing)
        insert into deployment (public_id, project_id, flow_version_id, document_sha256, device_filter, parameters,
                                time_limit_s, devices, created_by)
        values (${publicId}, ${project.id}, ${project.flowVersionId}, ${publicId}, '{}', '{}', 3600, ${devices}, 'bench')
        returning id`,
  );
  await execute(db, sql`insert into deployment_count (deployment_id, pending) values (${id}, ${devices})`);
  return id;
}
