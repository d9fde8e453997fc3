import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Devices with an open channel; each that is woken asks for its plan. */
export type SocketsCommands = {
  connect: (options: { url: string; tickets: string[] }) => Promise<null>;
  /** Every device asks once, and has its answer. */
  askAll: (nothing: null) => Promise<null>;
  /** Waits until every device has got a plan; gives when each did, in milliseconds since 1970, and one of them. */
  awaitPlans: (nothing: null) => Promise<{ times: number[]; plan: string }>;
};

const atOnce = 100;
const nextFrame = JSON.stringify({ messages: [{ type: 'next' }] });

const sockets: WebSocket[] = [];
let planTimes: number[] = [];
let lastPlan = '';
let onFrame: () => void = () => {};

export const socketsPart: SocketsCommands = {
  connect: async ({ url, tickets }) => {
    for (let begin = 0; begin < tickets.length; begin += atOnce) {
      sockets.push(...(await Promise.all(tickets.slice(begin, begin + atOnce).map((ticket) => open(url, ticket)))));
    }
    return null;
  },
  askAll: async () => {
    await new Promise<void>((resolve) => {
      let answers = 0;
      onFrame = () => {
        answers += 1;
        if (answers === sockets.length) resolve();
      };
      for (const socket of sockets) socket.send(nextFrame);
    });
    onFrame = () => {};
    return null;
  },
  awaitPlans: async () => {
    await new Promise<void>((resolve) => {
      onFrame = () => {
        if (planTimes.length === sockets.length) resolve();
      };
      onFrame();
    });
    const times = planTimes;
    planTimes = [];
    onFrame = () => {};
    return { times, plan: lastPlan };
  },
};

async function open(url: string, ticket: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/device/v1/channel`, {
    headers: { authorization: `Bearer ${ticket}` },
    perMessageDeflate: false,
  });
  socket.on('message', (data: Buffer) => hear(socket, data));
  await once(socket, 'open');
  return socket;
}

function hear(socket: WebSocket, data: Buffer): void {
  if (data.includes('"type":"wake"')) {
    socket.send(nextFrame);
    return;
  }
  if (data.includes('"type":"plan"')) {
    planTimes.push(performance.timeOrigin + performance.now());
    lastPlan = data.toString();
  }
  onFrame();
}
