import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';

/** People who follow a deployment, each on a connection. */
export type FollowersCommands = {
  follow: (options: { url: string; path: string; token: string; followers: number }) => Promise<null>;
  /** Waits until each has heard of so many successes; gives when each did, in milliseconds since 1970. */
  awaitSuccesses: (successes: number) => Promise<number[]>;
  leave: (nothing: null) => Promise<null>;
};

type Reader = { response: IncomingMessage; successes: number; heardMs: number };

const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
const atOnce = 100;

let readers: Reader[] = [];
let onHeard: () => void = () => {};

export const followersPart: FollowersCommands = {
  follow: async ({ url, path, token, followers }) => {
    for (let begin = 0; begin < followers; begin += atOnce) {
      const some = Array.from({ length: Math.min(atOnce, followers - begin) }, () => open(url + path, token));
      readers.push(...(await Promise.all(some)));
    }
    return null;
  },
  awaitSuccesses: async (successes) => {
    await new Promise<void>((resolve) => {
      onHeard = () => {
        if (readers.every((reader) => reader.successes >= successes)) resolve();
      };
      onHeard();
    });
    onHeard = () => {};
    return readers.map(({ heardMs }) => heardMs);
  },
  leave: async () => {
    for (const { response } of readers) response.destroy();
    readers = [];
    return null;
  },
};

async function open(url: string, token: string): Promise<Reader> {
  const asking = request(url, { agent, headers: { authorization: `Bearer ${token}` } });
  asking.end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`${url} was answered with ${response.statusCode}`);
  const reader: Reader = { response, successes: 0, heardMs: 0 };
  response.setEncoding('latin1');
  // Left by us, or the server has ended.
  response.on('error', () => {});
  response.on('data', (text: string) => hear(reader, text));
  return reader;
}

/** Counts are short enough to come in one piece. */
function hear(reader: Reader, text: string): void {
  const successes = Number(/"success":(\d+)/.exec(text)?.[1] ?? 0);
  if (successes <= reader.successes) return;
  reader.successes = successes;
  reader.heardMs = performance.timeOrigin + performance.now();
  onHeard();
}
