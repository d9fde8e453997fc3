import type { ErrorCode, UpdateStatus } from '@tideway/protocol';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { watchProcess } from './process-metrics.ts';

/** Counts what one server does, for `/metrics`; docs/operations.md says what each metric means. */
export type Metrics = {
  /** A request was answered; `route` is the path of its row in the table of routes. */
  requestAnswered: (request: { method: string; route: string; status: number; seconds: number }) => void;
  requestBegun: () => void;
  requestEnded: () => void;
  downloadBegun: () => void;
  downloadEnded: () => void;
  /** Somebody was refused, over HTTP or a channel. */
  refused: (code: ErrorCode) => void;
  /** A device said something, or asked whether there is anything for it. */
  deviceContacted: (over: 'polling' | 'channel') => void;
  devicesWoken: (count: number) => void;
  batchDone: (batch: { work: string; items: number; seconds: number }) => void;
  /** Updates came to these statuses, which are final; called after the commit. */
  updatesEnded: (ended: readonly { to: UpdateStatus; count?: number }[]) => void;
  /** Where to read how many channels of devices are open. */
  watchChannels: (read: () => number) => void;
  /** Where to read how many event streams are followed. */
  watchStreams: (read: () => number) => void;
  /** Where to read how the pool of connections is used. */
  watchPool: (read: () => PoolUse) => void;
  /** Everything in the text format of Prometheus. */
  text: () => Promise<string>;
  contentType: string;
  names: () => string[];
  stop: () => void;
};

export type PoolUse = { used: number; idle: number; waiting: number };

/** Metrics of one server: two in one process count apart. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name, help, labelNames, registers });
  const histogram = <Label extends string>(name: string, help: string, buckets: number[], labelNames: Label[]) =>
    new Histogram({ name, help, buckets, labelNames, registers });

  const requests = counter('tideway_http_requests_total', 'Requests answered', ['method', 'route', 'status']);
  const requestSeconds = histogram(
    'tideway_http_request_duration_seconds',
    'Time from a request to the end of its answer',
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    ['method', 'route'],
  );
  const openRequests = gauge('tideway_http_requests_open', 'Requests that are not answered yet');
  const openDownloads = gauge('tideway_downloads_open', 'Artifacts that are being sent');
  const refusals = counter('tideway_refusals_total', 'Refusals', ['code']);
  const contacts = counter('tideway_device_contacts_total', 'Contacts of devices', ['over']);
  const channels = gauge('tideway_channels_open', 'Channels of devices that are open');
  const streams = gauge('tideway_event_streams_open', 'Event streams that are followed');
  const wakes = counter('tideway_wakes_total', 'Wake-ups sent to devices');
  const batchItems = histogram(
    'tideway_batch_items',
    'Items of a batch',
    [1, 2, 5, 10, 20, 50, 100, 150, 200],
    ['work'],
  );
  const batchSeconds = histogram(
    'tideway_batch_duration_seconds',
    'Time that a batch took',
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    ['work'],
  );
  const updates = counter('tideway_updates_ended_total', 'Updates that got a final status', ['status']);
  const connections = gauge('tideway_database_connections', 'Connections to the database', ['state']);
  const waiting = gauge('tideway_database_waiting', 'Callers that wait for a connection to the database');
  const processMetrics = watchProcess(registers);
  let readChannels = () => 0;
  let readStreams = () => 0;
  let readPool = (): PoolUse => ({ used: 0, idle: 0, waiting: 0 });

  const readGauges = (): void => {
    processMetrics.read();
    channels.set(readChannels());
    streams.set(readStreams());
    const pool = readPool();
    connections.set({ state: 'used' }, pool.used);
    connections.set({ state: 'idle' }, pool.idle);
    waiting.set(pool.waiting);
  };
  return {
    requestAnswered: ({ method, route, status, seconds }) => {
      requests.inc({ method, route, status });
      requestSeconds.observe({ method, route }, seconds);
    },
    requestBegun: () => openRequests.inc(),
    requestEnded: () => openRequests.dec(),
    downloadBegun: () => openDownloads.inc(),
    downloadEnded: () => openDownloads.dec(),
    refused: (code) => refusals.inc({ code }),
    deviceContacted: (over) => contacts.inc({ over }),
    devicesWoken: (count) => wakes.inc(count),
    batchDone: ({ work, items, seconds }) => {
      batchItems.observe({ work }, items);
      batchSeconds.observe({ work }, seconds);
    },
    updatesEnded: (ended) => {
      for (const { to, count = 1 } of ended) updates.inc({ status: to }, count);
    },
    watchChannels: (read) => {
      readChannels = read;
    },
    watchStreams: (read) => {
      readStreams = read;
    },
    watchPool: (read) => {
      readPool = read;
    },
    text: () => {
      readGauges();
      return registry.metrics();
    },
    contentType: registry.contentType,
    names: () => registry.getMetricsAsArray().map(({ name }) => name),
    stop: processMetrics.stop,
  };
}
