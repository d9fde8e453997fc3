import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { WebSocket } from 'ws';
import { type Api, createApi } from './api.ts';
import { Stage } from './stage.ts';

/** How thousands of devices came back to a server that was killed and started again. */
export type Return = {
  /** From the restart to the last device. */
  tookS: number;
  /** How long each call to the API took meanwhile, sorted. */
  answersMs: number[];
  /** What an agent must never be answered with. */
  errors: string[];
};

/**
 * Connects devices to a real server, kills that, starts it again, and waits until the last of them is back.
 * @param programs folder of the bundled programs
 */
export async function returnOfCrowd(programs: string, count: number): Promise<Return> {
  const stage = new Stage(programs);
  let crowd: CrowdedDevice[] = [];
  try {
    const url = await stage.startServer(0, polling);
    const api = createApi(url, await stage.createToken('owner'));
    await api.send('POST', '/api/v2/projects', { name: 'Fleet', key: 'fleet' });
    crowd = await enterDevices(stage, url, count);
    for (const device of crowd) void device.stay();
    await until(() => crowd.every((device) => device.isIn));
    await stage.kill('server');
    await until(() => crowd.every((device) => !device.isIn));
    await stage.startServer(Number(new URL(url).port), polling);
    const restartedMs = performance.now();
    const asking = new AbortController();
    const answers = measureApi(api, asking.signal);
    await until(() => crowd.every((device) => device.isIn));
    const tookS = (performance.now() - restartedMs) / 1000;
    asking.abort();
    const answersMs = (await answers).toSorted((a, b) => a - b);
    return { tookS, answersMs, errors: crowd.flatMap((device) => device.errors) };
  } finally {
    for (const device of crowd) device.leave();
    await stage.stop();
  }
}

const polling = { TIDEWAY_POLL_AFTER_S: '25' };

/** Connects as an agent does, with its jitter and its patience, and says hello over each new channel. */
class CrowdedDevice {
  isIn = false;
  /** What an agent must never be answered with. */
  readonly errors: string[] = [];
  private readonly url: string;
  private readonly ticket: string;
  private sessionValue: string | null = null;
  private socket: WebSocket | null = null;
  private isLeaving = false;

  constructor(url: string, ticket: string) {
    this.url = url;
    this.ticket = ticket;
  }

  async stay(): Promise<void> {
    for (let failures = 0; !this.isLeaving; failures += 1) {
      await delay(Math.random() * 5000 * Math.min(4, 2 ** Math.max(0, failures - 1)));
      if (await this.connect()) failures = 0;
    }
  }

  leave(): void {
    this.isLeaving = true;
    this.socket?.terminate();
  }

  /** Settles when the channel has ended: true where there was one. */
  private connect(): Promise<boolean> {
    return new Promise((resolve) => {
      const headers = { authorization: `Bearer ${this.ticket}` };
      const socket = new WebSocket(`${this.url.replace('http', 'ws')}/device/v1/channel`, { headers });
      this.socket = socket;
      let wasIn = false;
      socket.on('open', () => socket.send(JSON.stringify({ messages: [this.hello(), { type: 'next' }] })));
      socket.on('message', (data) => {
        const { messages } = JSON.parse(String(data)) as { messages: { type: string; session_value?: string }[] };
        const welcome = messages.find(({ type }) => type === 'welcome');
        if (welcome?.session_value) this.sessionValue = welcome.session_value;
        const refused = messages.find(({ type }) => type === 'refused');
        if (refused) this.errors.push(JSON.stringify(refused));
        wasIn = true;
        this.isIn = true;
      });
      socket.on('unexpected-response', (_request, response) => {
        if (response.statusCode !== 429 && response.statusCode !== 503) this.errors.push(String(response.statusCode));
        socket.terminate();
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        this.isIn = false;
        resolve(wasIn);
      });
    });
  }

  private hello() {
    return {
      type: 'hello',
      ...{ agent_version: '0.1.0', os: 'linux', arch: 'x64', capabilities: ['run'], attributes: {}, apps: [] },
      boot_id: 'boot',
      session_value: this.sessionValue,
    };
  }
}

/** Enters devices that have joined, and gives each the ticket of a session: their keys are not what is tried here. */
async function enterDevices(stage: Stage, url: string, count: number): Promise<CrowdedDevice[]> {
  const pidFile = readFileSync(join(stage.home, 'server', 'data', 'postmaster.pid'), 'utf8');
  const client = new pg.Client({ host: pidFile.split('\n')[4] ?? '', user: 'tideway', database: 'tideway' });
  await client.connect();
  const { rows: entered } = await client.query<{ id: string }>(
    `insert into device (public_id, project_id, group_id, name, public_key, joined_at)
     select 'd-' || lpad(n::text, 8, '0'), g.project_id, g.id, 'device ' || n, lpad(n::text, 43, 'k'), now()
     from generate_series(1, ${count}) n, device_group g returning id`,
  );
  const { rows: keys } = await client.query<{ ticket_key: Buffer }>('select ticket_key from installation');
  await client.end();
  return entered.map(({ id }) => new CrowdedDevice(url, ticketOf(keys[0]?.ticket_key, id)));
}

function ticketOf(key: Buffer | undefined, id: string): string {
  const firstSession = 0;
  const text = `${id}.${firstSession}.${Date.now() + 3_600_000}`;
  const signature = createHmac('sha256', key ?? '')
    .update(`ticket\n${text}`)
    .digest('base64url');
  return `${text}.${signature}`;
}

/** Calls the API again and again; gives how long each call took, in milliseconds. */
async function measureApi(api: Api, signal: AbortSignal): Promise<number[]> {
  const took: number[] = [];
  while (!signal.aborted) {
    const begunMs = performance.now();
    await api.get('/api/v2/fleet/devices?limit=20').catch(() => undefined);
    took.push(performance.now() - begunMs);
    await delay(50);
  }
  return took;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(20);
}
