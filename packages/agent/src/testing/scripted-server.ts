import { createHash, createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  canonicalJson,
  type DeploymentDocument,
  type DeviceMessage,
  type DeviceReport,
  deviceMessageSchema,
  deviceMessagesSchema,
  type FlowDocument,
  joinProofText,
  joinSchema,
  type Plan,
  type ServerMessage,
  type StoppingMessage,
  sessionProofText,
  sessionRequestSchema,
} from '@tideway/protocol';

/** What a test orders of the device. */
export type Order = {
  flow: FlowDocument;
  document?: Partial<DeploymentDocument>;
  plan?: Partial<Plan>;
};

/**
 * A server that speaks the device protocol as a test tells it to: one device, plans given out in order, every report
 * kept. It checks signatures, tickets and the form of every message, and decides nothing else.
 */
export class ScriptedServer {
  readonly reports: DeviceReport[] = [];
  readonly hellos: Extract<DeviceMessage, { type: 'hello' }>[] = [];
  readonly faults: string[] = [];
  /** Kept output by update. */
  readonly outputs = new Map<string, string>();
  readonly stopping: StoppingMessage[] = [];
  readonly metrics: Record<string, number>[] = [];
  goodbyes = 0;
  /** Artifacts by their SHA-256. */
  readonly artifacts = new Map<string, Buffer>();
  /** How many of the next downloads break off in their middle. */
  cutDownloads = 0;
  /** How long the device is to wait before it asks again. */
  pollAfterS = 0.1;
  /** Whether sessions are opened for the device. */
  knowsDevice = true;
  /** How the next call is refused, whatever it is. */
  refuseNext: { status: number; retryAfterS: number } | null = null;
  /** What every report is answered with; null leaves it without an answer. */
  statusOf: (report: DeviceReport) => 'in_progress' | 'success' | 'failed' | 'aborted' | 'unknown' | null = statusAfter;
  private readonly server: Server = createServer((request, response) => this.serve(request, response));
  private readonly plans: Plan[] = [];
  private readonly aborts = new Set<string>();
  private readonly finished = new Set<string>();
  private readonly watchers = new Set<() => void>();
  private publicKey = '';
  private tickets = 0;
  private badTickets = 0;

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Puts an update in the device's queue; gives its id. */
  order({ flow, document, plan }: Order): string {
    const update_id = `up-${this.plans.length + 1}`;
    const text = canonicalJson({ ...emptyDocument, flow, ...document });
    this.plans.push({
      update_id,
      attempt: 1,
      time_limit_s: 600,
      device: { id: 'd-test', name: 'camera $(reboot)' },
      document: text,
      document_sha256: createHash('sha256').update(text).digest('hex'),
      secrets: {},
      ...plan,
    });
    return update_id;
  }

  abort(updateId: string): void {
    this.aborts.add(updateId);
  }

  /** Gives an update out under a new attempt from now on. */
  raiseAttempt(updateId: string): void {
    for (const plan of this.plans) if (plan.update_id === updateId) plan.attempt += 1;
  }

  /** All tickets given out so far are not taken any more. */
  endSessions(): void {
    this.badTickets = this.tickets;
  }

  reportsOf(updateId: string): DeviceReport[] {
    return this.reports.filter(({ update_id }) => update_id === updateId);
  }

  hasResultOf(updateId: string): boolean {
    return this.reportsOf(updateId).some(isFinal);
  }

  /** Waits until the device has said how an update went. */
  async resultOf(updateId: string): Promise<DeviceReport> {
    return this.until(() => this.reportsOf(updateId).find(isFinal));
  }

  /** Waits until `find` gives something, looking whenever the device has spoken. */
  async until<T>(find: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined && found !== false) return found;
      await new Promise<void>((resolve) => this.watchers.add(resolve));
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://server');
    const artifact = this.artifacts.get(/^\/device\/v1\/artifacts\/(\w+)$/.exec(url.pathname)?.[1] ?? '');
    if (artifact) return this.sendArtifact(artifact, request, response);
    const body: unknown = request.method === 'POST' ? JSON.parse(await textOf(request)) : null;
    const answer = this.answerOrFault(`${request.method} ${url.pathname}`, body, request.headers.authorization);
    const headers = { 'content-type': 'application/json', ...answer.headers };
    response.writeHead(answer.status, headers).end(JSON.stringify(answer.body));
    for (const watcher of this.watchers) watcher();
    this.watchers.clear();
  }

  private sendArtifact(artifact: Buffer, request: IncomingMessage, response: ServerResponse): void {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const part = artifact.subarray(from);
    const range = { 'content-range': `bytes ${from}-${artifact.length - 1}/${artifact.length}` };
    const headers = { etag: '"kept"', 'content-length': part.length, ...(from > 0 && range) };
    response.writeHead(from > 0 ? 206 : 200, headers);
    if (this.cutDownloads === 0) return void response.end(part);
    this.cutDownloads -= 1;
    response.write(part.subarray(0, part.length / 2), () => response.destroy());
  }

  private answerOrFault(call: string, body: unknown, authorization: string | undefined): Answer {
    const refused = this.refuseNext;
    this.refuseNext = null;
    if (refused)
      return { ...refusal(refused.status, 'unavailable'), headers: { 'retry-after': String(refused.retryAfterS) } };
    try {
      return this.answer(call, body, authorization);
    } catch (error) {
      this.faults.push(`${call}: ${error}`);
      return refusal(500, 'internal');
    }
  }

  private answer(call: string, body: unknown, authorization: string | undefined): Answer {
    if (call === 'POST /device/v1/join') return this.join(joinSchema.parse(body));
    if (call === 'GET /device/v1/challenge') {
      return { status: 200, body: { challenge: 'challenge', server_time: new Date().toISOString() } };
    }
    if (call === 'POST /device/v1/session') return this.openSession(sessionRequestSchema.parse(body));
    if (call === 'POST /device/v1/messages') return this.hear(deviceMessagesSchema.parse(body).messages, authorization);
    return refusal(404, 'not_found');
  }

  private join({ public_key, signature, token }: ReturnType<typeof joinSchema.parse>) {
    if (token !== 'good-token') return refusal(401, 'invalid_token');
    if (!isSigned(public_key, joinProofText(public_key), signature)) this.faults.push('join is not signed');
    this.publicKey = public_key;
    const body = { device_id: 'd-test', installation_id: 'in-test', name: 'camera', needs_approval: false };
    return { status: 200, body };
  }

  private openSession({ challenge, signature }: ReturnType<typeof sessionRequestSchema.parse>) {
    const text = sessionProofText(challenge, 'in-test', 'd-test');
    if (!this.knowsDevice || !isSigned(this.publicKey, text, signature)) return refusal(401, 'invalid_token');
    this.tickets += 1;
    const granted = { ticket: `ticket-${this.tickets}`, expires_in_s: 3600, installation_id: 'in-test' };
    return { status: 200, body: { ...granted, server_time: new Date().toISOString() } };
  }

  private hear(messages: unknown[], authorization: string | undefined) {
    const ticket = Number(authorization?.replace('Bearer ticket-', ''));
    if (!(ticket > this.badTickets && ticket <= this.tickets)) return refusal(401, 'invalid_token');
    const answers = messages.flatMap((message) => this.hearOne(deviceMessageSchema.parse(message)));
    const open = [...this.aborts].filter((id) => !this.finished.has(id));
    const aborts = open.map((update_id): ServerMessage => ({ type: 'abort', update_id }));
    return { status: 200, body: { messages: [...answers, ...aborts], poll_after_s: this.pollAfterS } };
  }

  private hearOne(message: DeviceMessage): ServerMessage[] {
    switch (message.type) {
      case 'hello':
        this.hellos.push(message);
        return [{ type: 'welcome', session_value: `value-${this.hellos.length}`, server_time: '2026-01-01T00:00:00Z' }];
      case 'next':
        return this.plans
          .filter(({ update_id }) => !this.finished.has(update_id))
          .slice(0, 1)
          .map(asMessage);
      case 'report':
        return this.book(message);
      case 'log':
        return this.keepOutput(message);
      case 'stopping':
        this.stopping.push(message);
        return [];
      case 'metrics':
        this.metrics.push(message.values);
        return [];
      case 'goodbye':
        this.goodbyes += 1;
        return [];
    }
  }

  private book(report: DeviceReport): ServerMessage[] {
    this.reports.push(report);
    const status = this.statusOf(report);
    if (status === null) return [];
    if (status !== 'in_progress') this.finished.add(report.update_id);
    const { update_id, attempt, seq } = report;
    return [{ type: 'ack', update_id, attempt, seq, status }];
  }

  private keepOutput({ update_id, attempt, offset, text }: Extract<DeviceMessage, { type: 'log' }>): ServerMessage[] {
    const kept = Buffer.from(this.outputs.get(update_id) ?? '').subarray(0, offset);
    if (kept.length < offset) this.faults.push(`output from ${offset} on leaves a gap`);
    const output = kept.toString() + text;
    this.outputs.set(update_id, output);
    return [{ type: 'log_ack', update_id, attempt, offset: Buffer.byteLength(output) }];
  }
}

type Answer = { status: number; body: object; headers?: Record<string, string> };

const emptyDocument: Omit<DeploymentDocument, 'flow'> = {
  format: 1,
  deployment_id: 'dp-test',
  flow_id: 'f-test',
  flow_version: 1,
  inputs: {},
  secret_inputs: [],
  configuration: null,
  app: null,
  artifacts: [],
};

function isFinal({ event }: DeviceReport): boolean {
  return event === 'succeeded' || event === 'failed' || event === 'stopped';
}

function statusAfter({ event }: DeviceReport) {
  if (event === 'succeeded') return 'success';
  if (event === 'failed') return 'failed';
  return event === 'stopped' ? 'aborted' : 'in_progress';
}

function asMessage(plan: Plan): ServerMessage {
  return { type: 'plan', plan };
}

function refusal(status: number, code: string) {
  return { status, body: { error_message: `Refused: ${code}`, code } };
}

function isSigned(publicKey: string, text: string, signature: string): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
