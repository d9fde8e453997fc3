import { endWhatIsOverdue, execute, oneRow } from '@tideway/server';
import { sql } from 'kysely';
import { type DeviceFleet, makeDeviceFleet } from '../fixtures/device-fleet.ts';
import { createReport, ScriptedDevice } from '../scripted-device.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import type { DeviceLife, Life, Operation, Told } from './life.ts';
import { observe } from './observe.ts';
import { deviceCount } from './operations.ts';

/** A project with three devices on two servers with one database, in which operations are carried out. */
export class World {
  private readonly servers: [TestServer, TestServer];
  private readonly fleet: DeviceFleet;
  private readonly flowId: string;
  private devices: ScriptedDevice[] = [];
  /** Public ids of the deployments of this run. */
  private deployments: string[] = [];
  private turns = 0;

  private constructor(servers: [TestServer, TestServer], fleet: DeviceFleet, flowId: string) {
    this.servers = servers;
    this.fleet = fleet;
    this.flowId = flowId;
  }

  static async start(): Promise<World> {
    const left = await startTestServer({ pollAfterS: 0.05 });
    const right = await startTestServer({ pollAfterS: 0.05 }, left);
    const fleet = await makeDeviceFleet(left, 'Lives');
    const flow = 'flows: { life: { steps: [{ name: one, run: "true" }, { name: two, run: "true" }] } }';
    const made = (await fleet.call('POST', '/update-flows', flow)) as { update_flows: [{ uuid: string }] };
    return new World([left, right], fleet, made.update_flows[0].uuid);
  }

  async stop(): Promise<void> {
    await this.servers[1].stop();
    await this.servers[0].stop();
  }

  /** Ends what the run before has left, and gives the life at the beginning of the next. */
  async begin(): Promise<Life> {
    const { devices, deployments } = await this.observe();
    for (const [index, { isFinished }] of deployments.entries()) {
      if (isFinished) continue;
      await this.callFor('POST', `/deployments/${this.idOf(index)}/abort`);
      await this.age(this.idOf(index));
    }
    this.deployments = [];
    for (let index = 0; index < deviceCount; index++) await this.renew(index, devices[index]);
    return this.observe();
  }

  /** Carries an operation out, at one server or the other in turn, and gives what the caller is told. */
  async perform(operation: Operation): Promise<Told> {
    switch (operation.kind) {
      case 'order':
        return this.order(operation);
      case 'ask':
        return this.ask(operation.device);
      case 'report':
        return this.report(operation);
      case 'abort':
        return this.abort(operation);
      case 'pause':
      case 'resume':
        return this.callFor('POST', `/deployments/${this.idOf(operation.deployment)}/${operation.kind}`);
      case 'retry':
        return this.create(`/deployments/${this.idOf(operation.deployment)}/retry`, undefined);
      case 'age':
        return this.age(this.idOf(operation.deployment));
      case 'delete':
        return this.callFor('DELETE', `/devices/${this.device(operation.device).id}`);
      case 'restore':
      case 'greet':
        return this.greet(operation.device, operation.kind === 'restore');
      case 'approve':
        return this.callFor('POST', `/devices/${this.device(operation.device).id}/approve`);
      case 'trigger':
        return this.callFor('PATCH', `/devices/${this.device(operation.device).id}`, {
          update_trigger: operation.isOn ? 'on' : 'off',
        });
    }
  }

  /** The life as the tables have it. */
  async observe(): Promise<Life> {
    // What a report held when too many had failed has its turn with a later look: nobody promises that all end at once.
    while (await this.isHalfEnded()) await endWhatIsOverdue(this.servers[0].deps);
    return observe(
      this.servers[0].db,
      this.devices.map((device) => device.id),
      this.deployments,
    );
  }

  /** How many deployments this run has. */
  get size(): number {
    return this.deployments.length;
  }

  private async order({ devices, version, supersede, expires, maxFailures }: Operation & { kind: 'order' }) {
    return this.create('/deployments', {
      device_ids: devices.map((device) => this.device(device).id),
      deployment_configuration: { flow_uuid: this.flowId, ...(version && { app: { name: 'irrigation', version } }) },
      supersede,
      ...(expires && { expires_in: '1h' }),
      ...(maxFailures && { max_failures: maxFailures }),
    });
  }

  private async create(path: string, body: unknown): Promise<Told> {
    const answer = await this.server().request('POST', this.fleet.path + path, body === undefined ? {} : { body });
    if (answer.status >= 300) return answer.body.code;
    this.deployments.push(answer.body.deployment_id);
    return answer.body.devices;
  }

  private async abort({ deployment, device }: Operation & { kind: 'abort' }): Promise<Told> {
    const of = device === null ? '' : `/updates/${this.device(device).id}`;
    const told = await this.callFor('POST', `/deployments/${this.idOf(deployment)}${of}/abort`);
    return told === 'done' ? 'aborted' : told;
  }

  /** So much time goes by for one deployment that all its deadlines have passed, and both servers see it at once. */
  private async age(id: string): Promise<Told> {
    await execute(
      this.servers[0].db,
      sql`with d as (update deployment set expires_at = expires_at - interval '30 days'
                     where public_id = ${id} returning id)
          update device_update u set ends_at = ends_at - interval '30 days', abort_ends_at = abort_ends_at - interval '30 days'
          from d where u.deployment_id = d.id`,
    );
    // What a report holds at this moment has its turn with a later look.
    do await Promise.all(this.servers.map((server) => endWhatIsOverdue(server.deps)));
    while (await this.isOverdue(id));
    return 'done';
  }

  private async isHalfEnded(): Promise<boolean> {
    const { is_half_ended } = await oneRow<{ is_half_ended: boolean }>(
      this.servers[0].db,
      sql`select exists (
            select from deployment d join device_update u on u.deployment_id = d.id
            where d.public_id = any(${this.deployments}::text[]) and u.status = 'pending'
              and exists (select from device_update other
                          where other.deployment_id = d.id and other.reason = 'failure_limit')) as is_half_ended`,
    );
    return is_half_ended;
  }

  private async isOverdue(id: string): Promise<boolean> {
    const { is_overdue } = await oneRow<{ is_overdue: boolean }>(
      this.servers[0].db,
      sql`select exists (
            select from deployment d join device_update u on u.deployment_id = d.id
            where d.public_id = ${id}
              and ((u.status = 'in_progress' and least(u.ends_at, u.abort_ends_at) < tideway_now())
                   or (u.status = 'pending' and d.expires_at < tideway_now()))) as is_overdue`,
    );
    return is_overdue;
  }

  private async ask(index: number): Promise<Told> {
    return this.say(index, { type: 'next' }, (answer) => {
      return answer?.type === 'plan' ? this.deployments.indexOf(answer.plan.update_id) : null;
    });
  }

  private async report({ device, deployment, event, attempt, seq }: Operation & { kind: 'report' }): Promise<Told> {
    const step = event.startsWith('step') ? 0 : null;
    const report = createReport({ update_id: this.idOf(deployment), event, attempt, seq, step });
    return this.say(device, report, (answer) => (answer?.type === 'ack' ? answer.status : null));
  }

  private async greet(index: number, isRestored: boolean): Promise<Told> {
    const device = this.device(index);
    try {
      await device.hello(isRestored ? { session_value: `restored-${this.turns++}` } : {});
      return 'welcome';
    } catch (error) {
      return refusalIn(error);
    }
  }

  private async say<Message extends Parameters<ScriptedDevice['say']>[0]>(
    index: number,
    message: Message,
    read: (answer: Awaited<ReturnType<ScriptedDevice['say']>>[number] | undefined) => Told,
  ): Promise<Told> {
    const device = this.device(index);
    const twin = Object.assign(new ScriptedDevice(this.server().url, device.key), {
      ...device,
      url: this.server().url,
    });
    try {
      const [answer] = await twin.say(message);
      return read(answer);
    } catch (error) {
      return refusalIn(error);
    }
  }

  private async callFor(method: string, path: string, body?: unknown): Promise<Told> {
    const answer = await this.server().request(method, this.fleet.path + path, body === undefined ? {} : { body });
    return answer.status >= 300 ? answer.body.code : 'done';
  }

  /** A device that is like new, or another one where it was deleted. */
  private async renew(index: number, life: DeviceLife | undefined): Promise<void> {
    if (life === undefined || life.isDeleted) {
      const joined = await this.fleet.joinDevice();
      await joined.hello();
      this.devices[index] = joined;
      return;
    }
    const path = `/devices/${this.device(index).id}`;
    if (life.wasCopied || life.isHeld) await this.callFor('POST', `${path}/approve`);
    if (life.isTriggerOn) await this.callFor('PATCH', path, { update_trigger: 'off' });
  }

  private server(): TestServer {
    this.turns += 1;
    return this.servers[this.turns % 2] ?? this.servers[0];
  }

  private device(index: number): ScriptedDevice {
    const device = this.devices[index];
    if (device === undefined) throw new Error(`There is no device ${index}`);
    return device;
  }

  private idOf(deployment: number): string {
    return this.deployments[deployment] ?? 'dp-none-none';
  }
}

function refusalIn(error: unknown): string {
  const code = /"code":"([a-z_]+)"/.exec(String(error))?.[1];
  if (code === undefined) throw error;
  return code;
}
