import { setTimeout as delay } from 'node:timers/promises';
import type { DeviceMessage, DeviceReport } from '@tideway/protocol';
import { quantile } from '../measuring/quantile.ts';
import { type HttpConnection, openHttpConnection } from './http-connection.ts';

/** What the devices do: ask for something to do where there is nothing, or say how an update of theirs goes. */
export type Load = {
  url: string;
  /** A ticket for each device. Each is used by one connection at a time. */
  tickets: string[];
  /** Null where they only ask. */
  updateId: string | null;
  /** What they say of their update: its reports, or what its steps print meanwhile. */
  says?: 'reports' | 'output';
  /** Begins again with the first device after the last: where it keeps nothing of what they say. */
  repeats: boolean;
  connections: number;
  seconds: number;
  /** Requests a second of all connections together; as many as they can where it is null. */
  perS: number | null;
};

export type LoadCommands = {
  run: (load: Load) => Promise<{ answersPerS: number; p99Ms: number }>;
  /** How many answers the load that runs has got so far, its first seconds aside. */
  countAnswers: (nothing: null) => Promise<number>;
  /** Ends the load that runs before its time. */
  stop: (nothing: null) => Promise<null>;
};

let answers = 0;
let endsMs = 0;

/** Devices that poll or report over HTTP, each as soon as it has its answer. */
export const loadPart: LoadCommands = {
  run: async ({ url, tickets, updateId, says = 'reports', repeats, connections, seconds, perS }) => {
    answers = 0;
    const { bodies, answer } = conversationOf(updateId, says);
    const opened = await Promise.all(Array.from({ length: connections }, () => openHttpConnection(url)));
    const countsFromMs = performance.now() + warmUpMs;
    endsMs = countsFromMs + seconds * 1000;
    const awaitTurn = perS === null ? async () => {} : turnsOf(perS);
    const timesMs: number[] = [];
    let next = 0;
    const work = async (connection: HttpConnection) => {
      while (performance.now() < endsMs) {
        const ticket = tickets[next % tickets.length] ?? '';
        next += 1;
        if (!repeats && next > tickets.length) throw new Error('There are too few devices for this load');
        for (const body of bodies) {
          await awaitTurn();
          const saidMs = performance.now();
          await say(connection, ticket, body, answer);
          if (saidMs < countsFromMs) continue;
          answers += 1;
          timesMs.push(performance.now() - saidMs);
        }
      }
    };
    await Promise.all(opened.map(work));
    const tookS = (performance.now() - countsFromMs) / 1000;
    for (const connection of opened) connection.close();
    return { answersPerS: answers / tookS, p99Ms: quantile(timesMs, 0.99) };
  },
  countAnswers: async () => answers,
  stop: async () => {
    endsMs = 0;
    return null;
  },
};

/** Gives turns in even distances, whoever asks; who comes late does not wait. */
function turnsOf(perS: number): () => Promise<void> {
  const begunMs = performance.now();
  let given = 0;
  return async () => {
    const atMs = begunMs + (given * 1000) / perS;
    given += 1;
    const waitMs = atMs - performance.now();
    if (waitMs > 0) await delay(waitMs);
  };
}

/** A server that has just been started is slow at first. */
const warmUpMs = 1500;

/** What a device says, one request after the other, and what stands in each answer. */
function conversationOf(updateId: string | null, says: 'reports' | 'output'): { bodies: string[]; answer: string } {
  if (updateId === null) return { bodies: [pollBody], answer: '"messages":[]' };
  if (says === 'reports') return { bodies: reportBodies(updateId), answer: '"type":"ack"' };
  return { bodies: outputBodies(updateId), answer: '"type":"log_ack"' };
}

const pollBody = JSON.stringify({ messages: [{ type: 'next' }] });

/** What a step of ten minutes sends unasked of what it prints. */
function outputBodies(updateId: string): string[] {
  return Array.from({ length: 16 }, (_, piece) => {
    const line = `${String(piece).padStart(2, '0')}: all is well here\n`;
    const message: DeviceMessage = {
      type: 'log',
      update_id: updateId,
      attempt: 1,
      offset: piece * line.length,
      text: line,
    };
    return JSON.stringify({ messages: [message] });
  });
}

/** The reports of an update with two steps, one in each request. */
function reportBodies(updateId: string): string[] {
  const events = ['step_started', 'step_succeeded', 'step_started', 'step_succeeded', 'succeeded'] as const;
  return events.map((event, index) => {
    const report: DeviceReport = {
      type: 'report',
      update_id: updateId,
      attempt: 1,
      seq: index + 1,
      event,
      step: event === 'succeeded' ? null : Math.floor(index / 2),
      exit_code: event === 'step_succeeded' ? 0 : null,
      message: null,
      reason: null,
      undone: [],
      device_time: '2030-01-01T00:00:00Z',
    };
    return JSON.stringify({ messages: [report] });
  });
}

async function say(connection: HttpConnection, ticket: string, body: string, expected: string): Promise<void> {
  const answer = await connection.post('/device/v1/messages', ticket, body);
  if (answer.status !== 200 || !answer.body.includes(expected)) {
    throw new Error(`${body} was answered with ${answer.status} ${answer.body}`);
  }
}
