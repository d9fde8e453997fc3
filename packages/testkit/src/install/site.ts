import { randomInt } from 'node:crypto';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { UpdateDetails } from '@tideway/protocol';
import { type Api, createApi } from '../api.ts';
import { Stage } from '../stage.ts';
import { DebianDevice } from './debian-device.ts';
import { freshDebian } from './debian-root.ts';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'dist');
const project = '/api/v2/fleet';

type Listed = { items: { id: string; name: string; group: string; state: string; apps: object[] }[] };

/** A server with a project, and a bare Debian device at the other end of a cable. */
export class Site {
  readonly device: DebianDevice;
  readonly #stage = new Stage(programs);
  #api: Api | null = null;
  #url = '';
  #flows = 0;

  private constructor(device: DebianDevice) {
    this.device = device;
  }

  /** @param init command of the device's first process */
  static async open(init?: string): Promise<Site> {
    const site = new Site(new DebianDevice(await freshDebian(), init));
    await site.#open();
    return site;
  }

  get url(): string {
    return this.#url;
  }

  get api(): Api {
    if (this.#api === null) throw new Error('The site is not open yet');
    return this.#api;
  }

  async close(): Promise<void> {
    await this.#stage.stop();
    await this.device.remove();
  }

  /** Runs the server's script on the device as people do, with these words behind it. */
  install(words: string) {
    return this.device.run(`curl -fsSL '${this.#url}/install.sh' | sh -s -- ${words}`);
  }

  async pairingToken(): Promise<string> {
    return (await this.api.send<{ token: string }>('POST', `${project}/pairing-tokens`, {})).token;
  }

  async devices(): Promise<Listed['items']> {
    return (await this.api.get<Listed>(`${project}/devices`)).items;
  }

  async untilOnline(id: string): Promise<void> {
    await until(async () => (await this.devices()).some((one) => one.id === id && one.state === 'online'));
  }

  /** Orders a flow of these steps for a device; gives what asks for its update. */
  async order(device: string, steps: string): Promise<() => Promise<UpdateDetails>> {
    this.#flows += 1;
    const flow = `f-0000-000${this.#flows}`;
    const text = `flows: { flow-${this.#flows}: { steps: [${steps}] } }`;
    await this.api.send('POST', `${project}/update-flows?id=${flow}`, text, 'application/yaml');
    const filters = [{ type: 'specific_device', operand: 'is', value: device }];
    const body = { deployment_configuration: { flow_uuid: flow }, device_filter: { groups: [], filters } };
    const { deployment_id } = await this.api.send<{ deployment_id: string }>('POST', `${project}/deployments`, body);
    return () => this.api.get(`${project}/deployments/${deployment_id}/updates/${device}`);
  }

  async #open(): Promise<void> {
    const port = randomInt(20_000, 30_000);
    this.#url = `http://${this.device.serverAddress}:${port}`;
    const settings = { TIDEWAY_HOST: this.device.serverAddress, TIDEWAY_PUBLIC_URL: this.#url };
    await this.#stage.startServer(port, settings);
    this.#api = createApi(this.#url, await this.#stage.createToken('owner'));
    await this.api.send('POST', '/api/v2/projects', { name: 'Fleet', key: 'fleet' });
    await this.api.send('POST', `${project}/groups`, { name: 'North' });
    this.device.installNode();
    await this.device.boot();
  }
}

/** Waits until it holds; the test's own time limit ends what never does. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(100);
}

/** What the end of an update looks like. */
export async function endOf(update: () => Promise<UpdateDetails>): Promise<UpdateDetails> {
  await until(async () => (await update()).finished_at !== null);
  return update();
}
