import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Device, UpdateDetails } from '@tideway/protocol';
import { type Api, createApi } from '../api.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { bundleKiller, type Kill, KillableDevice, type Programs } from './killable-device.ts';
import { furnishAnew, observe, type StepCase } from './step-cases.ts';
import { type Course, type Standing, standingOf, verdictOf } from './verdict.ts';

const project = '/api/v2/matrix';

/** What came of one update whose agent was killed. */
export type Point = {
  type: string;
  course: Course;
  kills: Kill[];
  /** Where it stood at each kill that came; an update may end before the last. */
  standings: Standing[];
  status: string;
  reason: string | null;
  /** Which of its files are on the device; null where they are neither. */
  left: 'old' | 'new' | null;
  /** What is not as the table of docs/agent.md wants it; empty where all is. */
  faults: string[];
};

/** A case with its device, ready for its points. */
export type OpenCase = {
  stepCase: StepCase;
  device: KillableDevice;
  id: string;
  flows: Record<Course, string>;
  /** The calls of the system that an agent makes that nobody kills, from its start to the end of the update. */
  calls: Record<Course, string[]>;
  /** What there is before an update, and after one that went through. */
  files: { old: unknown; new: unknown };
  /** What is in the state folder after an undisturbed update. */
  usual: string[];
  /** The version that the last success has brought. */
  version: string | null;
  /** Leaves nothing behind. */
  remove: () => Promise<void>;
};

/** A real server, and for each case a real device whose agent is killed. */
export class KillMatrix {
  readonly #server: TestServer;
  readonly #api: Api;
  readonly #programs: Programs;
  readonly #folder: string;
  readonly #pairing: string;
  #orders = 0;

  private constructor(server: TestServer, programs: Programs, folder: string, pairing: string) {
    this.#server = server;
    this.#api = createApi(server.url, server.owner.token);
    this.#programs = programs;
    this.#folder = folder;
    this.#pairing = pairing;
  }

  /** @param programs folder of the bundled programs */
  static async start(programs: string): Promise<KillMatrix> {
    const server = await startTestServer({ pollAfterS: 0.5 });
    const api = createApi(server.url, server.owner.token);
    await api.send('POST', '/api/v2/projects', { name: 'Matrix' });
    await api.send('POST', `${project}/apps`, { name: 'app' });
    const { token } = await api.send<{ token: string }>('POST', `${project}/pairing-tokens`, {});
    const folder = mkdtempSync(join(tmpdir(), 'tideway-matrix-'));
    return new KillMatrix(server, await bundleKiller(programs, folder), folder, token);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Brings a case up: its flows and artifacts on the server, its device joined, and each course run undisturbed. */
  async open(stepCase: StepCase): Promise<OpenCase> {
    const device = new KillableDevice(this.#programs, this.#server.url);
    const surroundings = (await stepCase.surround?.(device)) ?? { environment: {}, remove: () => {} };
    device.environment = surroundings.environment;
    const remove = async () => {
      await device.remove();
      await surroundings.remove();
    };
    try {
      const open = { ...(await this.#join(stepCase, device)), remove };
      for (const course of ['back', 'through'] as const) await this.#runUndisturbed(open, course);
      return open;
    } catch (error) {
      await remove();
      throw error;
    }
  }

  /** Orders an update, kills the agent at each of `kills`, one start after the other, and lets the last one end it. */
  async point(open: OpenCase, course: Course, kills: Kill[]): Promise<Point> {
    const { device, stepCase } = open;
    await furnishAnew(device.root, stepCase);
    const resultBefore = device.readState('finished.json');
    const deployment = await this.#order(open, course);
    const standings: Standing[] = [];
    for (const kill of kills) {
      device.start(kill);
      const end = await until(device, async () => {
        if (!device.isRunning) return 'killed';
        return (await this.#isSettled(open, deployment)) && 'settled';
      });
      // It got by without the call that it should die at.
      if (end === 'settled') break;
      const isOver = device.readState('finished.json') !== resultBefore;
      standings.push(standingOf(device.history, isOver, stepCase.repeatable));
    }
    return this.#settle(open, course, deployment, { kills, standings });
  }

  /** Orders an update, kills the agent from outside as soon as a command has made `file`, and lets the next one end it. */
  async pointAt(open: OpenCase, course: Course, file: string): Promise<Point> {
    const { device, stepCase } = open;
    await furnishAnew(device.root, stepCase);
    const deployment = await this.#order(open, course);
    device.start();
    await until(device, async () => existsSync(join(device.folder, file)));
    await device.kill();
    const standings = [standingOf(device.history, false, stepCase.repeatable)];
    return this.#settle(open, course, deployment, { kills: [], standings });
  }

  async #settle(
    open: OpenCase,
    course: Course,
    deployment: string,
    { kills, standings }: Pick<Point, 'kills' | 'standings'>,
  ): Promise<Point> {
    const { device } = open;
    if (!device.isRunning) device.start();
    await until(device, () => this.#isSettled(open, deployment));
    await device.kill();
    const update = await this.#update(open, deployment);
    const { status, reason } = update;
    const faults = await this.#faultsOf(open, course, update, standings);
    const files = await observe(device.root, open.stepCase);
    const left = (['old', 'new'] as const).find((one) => isDeepStrictEqual(files, open.files[one])) ?? null;
    return { type: open.stepCase.type, course, kills, standings, status, reason, left, faults };
  }

  async #join(stepCase: StepCase, device: KillableDevice): Promise<Omit<OpenCase, 'remove'>> {
    for (const [name, bytes] of Object.entries((await stepCase.artifacts?.()) ?? {})) {
      await this.#api.send('PUT', `${project}/artifacts/${name}`, bytes, 'application/octet-stream');
    }
    const flows = { through: await this.#addFlow(stepCase, 'through'), back: await this.#addFlow(stepCase, 'back') };
    const name = stepCase.type;
    device.start(null, ['--name', name, '--pairing-token', this.#pairing]);
    const { id } = await until(device, () => this.#findDevice(name));
    await device.kill();
    const calls = { through: [], back: [] };
    return { stepCase, device, id, flows, calls, files: { old: null, new: null }, usual: [], version: null };
  }

  async #runUndisturbed(open: OpenCase, course: Course): Promise<void> {
    const { device, stepCase } = open;
    await furnishAnew(device.root, stepCase);
    open.files.old = await observe(device.root, stepCase);
    const deployment = await this.#order(open, course);
    const notes = join(this.#folder, `${stepCase.type}-${course}`);
    device.startNoting(notes);
    await until(device, () => this.#isSettled(open, deployment));
    open.calls[course] = readFileSync(notes, 'utf8').trimEnd().split('\n');
    await device.kill();
    const files = await observe(device.root, stepCase);
    if (course === 'through') open.files.new = files;
    // The kill may come before the output of the update has got this name.
    open.usual = [...readdirSync(device.state), 'last-output'];
    const update = await this.#update(open, deployment);
    const faults = await this.#faultsOf(open, course, update, []);
    if (faults.length > 0) throw new Error(`${stepCase.type} does not work undisturbed: ${faults.join('; ')}`);
  }

  /** What is not as it has to be after an update whose agent was killed where it stood so. */
  async #faultsOf(open: OpenCase, course: Course, update: UpdateDetails, standings: Standing[]): Promise<string[]> {
    const { device, stepCase } = open;
    const wanted = verdictOf(course, standings);
    if (wanted.status === 'success') open.version = String(this.#orders);
    const { apps, held } = await this.#api.get<Device>(`${project}/devices/${open.id}`);
    const version = apps.find(({ name }) => name === 'app')?.version ?? null;
    const ownApps: { version: string }[] = JSON.parse(device.readState('apps.json') ?? '[]');
    const files = await observe(device.root, stepCase);
    const begun = linesOf(join(device.folder, 'begun'));
    const found: [what: string, got: unknown, wanted: unknown][] = [
      ['status', update.status, wanted.status],
      ['reason', update.reason, wanted.reason],
      ['attempt', update.attempt, 1],
      ['late result', update.late_result, null],
      ['not undone', update.undone.filter(({ done }) => !done), []],
      ['steps', outlineOf(update), wanted.status],
      ['files', files, open.files[wanted.files]],
      ['version on the server', version, open.version],
      ['version on the device', ownApps[0]?.version ?? null, open.version],
      ['held', held, false],
      ['processes left', device.processes, 0],
      ['begun more than once', begun.filter((line, index) => begun.indexOf(line) !== index), []],
      ['left in the state folder', strangersIn(open), []],
    ];
    return found
      .filter(([, got, want]) => !isDeepStrictEqual(got, want))
      .map(([what, got, want]) => `${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`);
  }

  async #isSettled({ id, device }: OpenCase, deployment: string): Promise<boolean> {
    if (device.history !== null || device.readState('outbox.json') !== '[]') return false;
    const { status } = await this.#update({ id }, deployment);
    return status === 'success' || status === 'failed' || status === 'aborted';
  }

  async #addFlow({ type, flow = '', steps, rollback }: StepCase, course: Course): Promise<string> {
    const source = `
flows:
  ${type}-${course}:
    ${flow}
    ${rollback === undefined ? '' : `rollback: { run: ${rollback} }`}
    steps:${typeof steps === 'string' ? steps : steps()}
      - { name: End, repeatable: true, run: ${course === 'through' ? "'true'" : 'exit 3'} }
`;
    type Made = { update_flows: { uuid: string }[] };
    const made = await this.#api.send<Made>('POST', `${project}/update-flows`, source, 'application/yaml');
    return made.update_flows[0]?.uuid ?? '';
  }

  async #findDevice(wished: string): Promise<Device | undefined> {
    const { items } = await this.#api.get<{ items: Device[] }>(`${project}/devices`);
    return items.find(({ name, state }) => name === wished && state === 'online');
  }

  async #order({ id, flows }: OpenCase, course: Course): Promise<string> {
    this.#orders += 1;
    const order = {
      device_ids: [id],
      deployment_configuration: { flow_uuid: flows[course], app: { name: 'app', version: String(this.#orders) } },
    };
    return (await this.#api.send<{ deployment_id: string }>('POST', `${project}/deployments`, order)).deployment_id;
  }

  async #update({ id }: Pick<OpenCase, 'id'>, deployment: string): Promise<UpdateDetails> {
    return this.#api.get<UpdateDetails>(`${project}/deployments/${deployment}/updates/${id}`);
  }
}

/** `success` where all steps are; `failed` where one is, and nothing ran after it. */
function outlineOf({ steps }: UpdateDetails): string {
  const said = steps.map(({ status }) => status).join(' ');
  if (/^(success ?)+$/.test(said)) return 'success';
  return /^(success )*failed( not_run)*$/.test(said) ? 'failed' : said;
}

/** What was not there after an undisturbed update. Half a file beside a whole one is written over at the next start. */
function strangersIn({ device, usual }: OpenCase): string[] {
  return readdirSync(device.state).filter((name) => !usual.includes(name.replace(/\.new$/, '')));
}

function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
}

/** Waits until `find` gives something. An agent that ends by itself meanwhile is a failure, and no endless waiting. */
async function until<T>(device: KillableDevice, find: () => Promise<T | undefined | false>): Promise<T> {
  for (const giveUpMs = performance.now() + 90_000; performance.now() < giveUpMs; await delay(50)) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (device.hasGivenUp) throw new Error(`The agent has ended by itself:\n${device.log}`);
  }
  throw new Error(`Nothing more happens; the journal says ${JSON.stringify(device.history)}:\n${device.log}`);
}
