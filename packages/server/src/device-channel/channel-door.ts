import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { noteChannelEnded, noteChannelOpened } from '../features/devices/note-channel.ts';
import { noteContact, type ProvenDevice } from '../features/devices/note-contact.ts';
import type { Deps } from '../platform/deps.ts';
import { callerAddress } from '../platform/http/caller-address.ts';
import { bodyOf } from '../platform/http/refusals.ts';
import { statusOf } from '../platform/http/status-codes.ts';
import type { Metrics } from '../platform/metrics/metrics.ts';
import { Refusal } from '../platform/refusal.ts';
import { admitDevice } from './by-device.access.ts';
import { Channel } from './channel.ts';
import { exchangeMessages } from './exchange-messages.ts';
import type { OpenChannels } from './open-channels.ts';

const path = '/device/v1/channel';
const maxFrameBytes = 1024 * 1024;

/** Opens channels for devices that come with the ticket of their session, until what it gives is called. */
export function openChannelDoor(server: Server, deps: Deps, channels: OpenChannels): () => Promise<void> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes, perMessageDeflate: false });
  const ending = new Set<Promise<void>>();
  const closing = new AbortController();

  async function open(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (closing.signal.aborted) throw new Refusal('unavailable', 'This server is being stopped', { retryAfterS: 2 });
    const device = await admit(deps, request);
    const address = callerAddress(request, deps.settings.trustedProxies);
    sockets.handleUpgrade(request, socket, head, (opened) => {
      watch(serve(deps, channels, opened, device, address, closing.signal));
    });
  }

  /** Apart, so that a channel does not keep the request alive that it came with. */
  function watch(ended: Promise<void>): void {
    ending.add(ended);
    void ended.finally(() => ending.delete(ended));
  }

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    open(request, socket, head).catch((error: unknown) => refuse(socket, error, deps.metrics));
  });
  return async () => {
    closing.abort();
    await channels.closeAll();
    const patience = setTimeout(() => {
      for (const client of sockets.clients) client.terminate();
    }, 2000);
    await Promise.all(ending);
    clearTimeout(patience);
  };
}

/** A device that may open a channel, and whose it is. */
type AdmittedDevice = ProvenDevice & { projectId: number };

async function admit(deps: Deps, request: IncomingMessage): Promise<AdmittedDevice> {
  if (new URL(request.url ?? '', 'http://server').pathname !== path) {
    throw new Refusal('not_found', 'There is no WebSocket at this address');
  }
  const device = await admitDevice(
    deps,
    request.headers.authorization,
    callerAddress(request, deps.settings.trustedProxies),
  );
  const { project_id: projectId } = await noteContact(deps, device, null);
  return { ...device, projectId };
}

/** Serves a channel until it has ended, and the database knows that. */
async function serve(
  deps: Deps,
  channels: OpenChannels,
  socket: WebSocket,
  device: AdmittedDevice,
  address: string,
  closing: AbortSignal,
): Promise<void> {
  const event = { deviceId: device.id, session: randomUUID() };
  const ended = new Promise((resolve) => socket.once('close', resolve));
  // Before the first frame is answered, and a failure is the channel's: the device would be offline while it is here.
  const opened = noteChannelOpened(deps, event);
  const channel = new Channel(socket, async (messages) => {
    await opened;
    await pauseIfTooFast(deps, device, closing);
    return exchangeMessages(deps, device, messages, { address, over: 'channel' });
  });
  channels.add(device.id, channel);
  await opened.then(
    () => deps.changes.tellDevices(device.projectId),
    () => socket.terminate(),
  );
  await ended;
  channels.remove(device.id, channel);
  await noteChannelEnded(deps, event).catch((error: unknown) => {
    deps.log.debug({ err: error }, 'The end of a channel could not be noted');
  });
  deps.changes.tellDevices(device.projectId);
}

/** While a frame waits no other is read: who says too much is slowed down, and loses nothing. */
async function pauseIfTooFast({ rates }: Pick<Deps, 'rates'>, device: ProvenDevice, end: AbortSignal): Promise<void> {
  const pauseMs = rates.devices.pauseMs(device.id);
  if (pauseMs > 0) await wait(pauseMs, undefined, { signal: end, ref: false }).catch(() => {});
}

function refuse(socket: Duplex, error: unknown, metrics: Metrics): void {
  const refusal = error instanceof Refusal ? error : new Refusal('unavailable', 'Try again', { retryAfterS: 2 });
  metrics.refused(refusal.code);
  const status = statusOf[refusal.code];
  const body = JSON.stringify(bodyOf(refusal));
  const { retryAfterS } = refusal.details;
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      ...(retryAfterS === undefined ? [] : [`retry-after: ${retryAfterS}`]),
      '',
      body,
    ].join('\r\n'),
  );
}
