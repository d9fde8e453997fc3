import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { liveBytes } from '../parts/live-bytes.ts';

export type BareSocketsCommands = {
  start: (nothing: null) => Promise<{ url: string }>;
  /** Sends a wake-up to every connection, so many in a second, and answers each question with `plan` from now on. */
  broadcast: (options: { wake: string; plan: string; perS: number }) => Promise<null>;
  measureMemory: (nothing: null) => Promise<number>;
};

const sendEveryMs = 10;
const idle = JSON.stringify({ messages: [], poll_after_s: 300 });

let server: WebSocketServer | null = null;
let answer = idle;

/** Baseline of `channel`: a bare server of WebSockets that says the same bytes at the same rate. */
export const bareSocketsPart: BareSocketsCommands = {
  start: async () => {
    const opened = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
    opened.on('connection', (socket) => socket.on('message', () => socket.send(answer)));
    server = opened;
    await new Promise((resolve) => opened.once('listening', resolve));
    return { url: `http://127.0.0.1:${(opened.address() as AddressInfo).port}` };
  },
  broadcast: async ({ wake, plan, perS }) => {
    answer = plan;
    const waiting = [...(server?.clients ?? [])];
    const begunMs = performance.now();
    let sent = 0;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const due = Math.min(waiting.length, ((performance.now() - begunMs + sendEveryMs) / 1000) * perS);
        for (; sent < due; sent += 1) (waiting[sent] as WebSocket).send(wake);
        if (sent < waiting.length) return;
        clearInterval(timer);
        resolve();
      }, sendEveryMs);
    });
    return null;
  },
  measureMemory: async () => liveBytes(),
};
