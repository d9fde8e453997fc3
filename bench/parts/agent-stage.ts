import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Api, createApi } from '../../packages/testkit/src/api.ts';
import { Stage } from '../../packages/testkit/src/stage.ts';

/** Where this program and those that it starts are bundled. */
const programs = fileURLToPath(new URL('.', import.meta.url));
const project = '/api/v2/bench';

/** A real server and a real agent, as they are delivered, each in a process of its own. */
export class AgentStage {
  readonly folder: string;
  readonly url: string;
  private readonly stage: Stage;
  private readonly api: Api;
  private readonly token: string;
  private readonly pairing: string;
  private agent: ChildProcess | null = null;
  private flows = 0;

  private constructor(stage: Stage, url: string, api: Api, token: string, pairing: string) {
    this.stage = stage;
    this.folder = stage.home;
    this.url = url;
    this.api = api;
    this.token = token;
    this.pairing = pairing;
  }

  static async open(settings: Record<string, string> = {}): Promise<AgentStage> {
    const stage = new Stage(programs);
    const url = await stage.startServer(0, { TIDEWAY_POLL_AFTER_S: '25', ...settings });
    const token = await stage.createToken('owner');
    const api = createApi(url, token);
    await api.send('POST', '/api/v2/projects', { name: 'Bench', key: 'bench' });
    const { token: pairing } = await api.send<{ token: string }>('POST', `${project}/pairing-tokens`, {});
    return new AgentStage(stage, url, api, token, pairing);
  }

  /** Starts the agent at an address of the server, and waits until it is online. */
  async startAgent(server: string, options: string[] = []): Promise<void> {
    mkdirSync(this.root, { recursive: true });
    const folders = ['--state', join(this.folder, 'state'), '--root', this.root];
    const words = ['run', '--server', server, '--pairing-token', this.pairing, ...folders, ...options];
    const program = join(programs, 'tideway-agent.mjs');
    this.agent = spawn(process.execPath, [...process.execArgv, program, ...words], { stdio: 'ignore' });
    while ((await this.device())?.state !== 'online') await delay(20);
  }

  async stopAgent(): Promise<void> {
    const { agent } = this;
    if (agent === null || agent.exitCode !== null) return;
    const ended = once(agent, 'exit');
    agent.kill('SIGTERM');
    await ended;
  }

  /** The folder that stands for `/` on the device. */
  get root(): string {
    return join(this.folder, 'root');
  }

  async upload(name: string, file: string): Promise<void> {
    const { openAsBlob } = await import('node:fs');
    const body = await openAsBlob(file);
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/octet-stream' };
    const response = await fetch(`${this.url}${project}/artifacts/${name}`, { method: 'PUT', headers, body });
    if (!response.ok) throw new Error(`Upload of ${name}: ${response.status} ${await response.text()}`);
  }

  /** When a step has written the device's time to a file of the root, in seconds. */
  notedS(name: string): number {
    return Number(readFileSync(join(this.root, name), 'utf8')) / 1e9;
  }

  /** Saves a flow of these steps; gives its id. */
  async saveFlow(steps: string): Promise<string> {
    const id = `f-0000-000${++this.flows}`;
    const flow = `flows: { bench${this.flows}: { steps: [${steps}] } }`;
    await this.api.send('POST', `${project}/update-flows?id=${id}`, flow, 'application/yaml');
    return id;
  }

  async order(flowId: string): Promise<string> {
    const body = { deployment_configuration: { flow_uuid: flowId } };
    return (await this.api.send<{ deployment_id: string }>('POST', `${project}/deployments`, body)).deployment_id;
  }

  /** Waits until an order has succeeded on the device. */
  async succeeded(deployment: string): Promise<void> {
    for (;;) {
      const { counts } = await this.api.get<{ counts: { success: number; failed: number } }>(
        `${project}/deployments/${deployment}`,
      );
      if (counts.success === 1) return;
      if (counts.failed > 0) throw new Error(JSON.stringify(await this.updateOf(deployment)));
      await delay(20);
    }
  }

  /** Bytes of memory that the agent has at the moment. */
  residentBytes(): number {
    return this.statusKib('VmRSS') * 1024;
  }

  /** Bytes of memory that it had at most since the last call. */
  peakBytes(): number {
    const peak = this.statusKib('VmHWM') * 1024;
    writeFileSync(`/proc/${this.agent?.pid}/clear_refs`, '5');
    return peak;
  }

  async close(): Promise<void> {
    await this.stopAgent();
    await this.stage.stop();
  }

  private statusKib(name: string): number {
    const status = readFileSync(`/proc/${this.agent?.pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN);
  }

  private async device(): Promise<{ state: string } | undefined> {
    return (await this.api.get<{ items: { state: string }[] }>(`${project}/devices`)).items[0];
  }

  private async updateOf(deployment: string): Promise<unknown> {
    return this.api.get(`${project}/deployments/${deployment}/updates`);
  }
}
