import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serverDoor } from '../channel/server-door.ts';
import { createArtifactFetcher } from './artifact-fetcher.ts';

const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * index) % 251));
const sha256 = createHash('sha256').update(bytes).digest('hex');

let folder: string;
let server: Server;
let answers: ((request: IncomingMessage, response: ServerResponse) => void)[];
let ranges: (string | undefined)[];
let output: string;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tideway-download-'));
  [answers, ranges, output] = [[], [], ''];
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    (answers.shift() ?? giveRange)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

describe('fetching an artifact', () => {
  it('gives a verified copy, and fetches it once', async () => {
    const fetched = await fetcher()('app.tar');
    expect(fetched).toEqual({ path: 'app.tar', sha256, size: bytes.length, file: path.join(folder, sha256) });
    expect(readFileSync(fetched.file).equals(bytes)).toBe(true);
    await fetcher()('app.tar');
    expect(ranges).toEqual([undefined]);
    expect(readdirSync(folder)).toEqual([sha256]);
  });

  it('goes on where the connection broke, as often as it breaks', async () => {
    answers = [breakOffAfter(100_000), breakOffAfter(100_000)];
    const { file } = await fetcher()('app.tar');
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/), expect.stringMatching(/^bytes=\d+-$/)]);
    expect(output).toContain('The connection broke');
  });

  it('goes on after a restart of the agent with what has come', async () => {
    const stopping = new AbortController();
    answers = [breakOffAfter(100_000), () => stopping.abort(new Error('agent stops'))];
    await expect(fetcher({ signal: stopping.signal })('app.tar')).rejects.toThrow('agent stops');
    const { length } = readFileSync(path.join(folder, `${sha256}.part`));
    expect(length).toBeGreaterThan(0);
    const { file } = await fetcher()('app.tar');
    expect(ranges.at(-1)).toBe(`bytes=${length}-`);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('begins anew where the server has other bytes than before', async () => {
    answers = [breakOffAfter(100_000, '"older"')];
    const { file } = await fetcher()('app.tar');
    expect(ranges).toHaveLength(2);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('tries again where the server is overloaded or cannot continue where it was asked to', async () => {
    answers = [refuse(503), breakOffAfter(100_000), refuse(416)];
    const { file } = await fetcher()('app.tar');
    expect(ranges).toEqual([undefined, undefined, expect.any(String), undefined]);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('fetches the whole once more where the parts do not fit together', async () => {
    answers = [breakOffAfter(100_000)];
    const stopping = new AbortController();
    answers.push(() => stopping.abort(new Error('agent stops')));
    await expect(fetcher({ signal: stopping.signal })('app.tar')).rejects.toThrow();
    const part = path.join(folder, `${sha256}.part`);
    writeFileSync(part, Buffer.alloc(readFileSync(part).length));
    const { file } = await fetcher()('app.tar');
    expect(ranges.slice(-2)).toEqual([expect.any(String), undefined]);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it.each([
    ['as long, but different', Buffer.alloc(bytes.length)],
    ['shorter', bytes.subarray(1)],
    ['longer', Buffer.concat([bytes, bytes])],
  ])('refuses one that arrives %s, and keeps nothing of it', async (_what, changed) => {
    answers = [(_request, response) => response.end(changed)];
    await expect(fetcher()('app.tar')).rejects.toMatchObject({
      reason: 'artifact_changed',
      message: expect.stringContaining(`expected ${bytes.length} bytes with SHA-256 ${sha256}, got `),
    });
    expect(ranges).toEqual([undefined]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says what it got instead', async () => {
    const got = createHash('sha256').update('other').digest('hex');
    answers = [(_request, response) => response.end('other')];
    await expect(fetcher()('app.tar')).rejects.toThrow(`got 5 bytes with SHA-256 ${got}.`);
  });

  it('fails at once where the server does not give it', async () => {
    answers = [refuse(404)];
    await expect(fetcher()('app.tar')).rejects.toMatchObject({ reason: 'artifact_unavailable' });
    expect(ranges).toHaveLength(1);
  });

  it('fails with the numbers where there is no room for it, before anything is fetched', async () => {
    await expect(fetcher({ size: 2 ** 60 })('app.tar')).rejects.toMatchObject({
      reason: 'no_room',
      message: expect.stringMatching(/^The artifact app\.tar needs 1152921504\.6 GB, but only [\d.]+ GB are free in /),
    });
    expect(ranges).toEqual([]);
  });

  it('fails where the plan has no such artifact', async () => {
    await expect(fetcher()('other')).rejects.toMatchObject({ reason: 'unknown_artifact' });
  });

  it('ends with the reason of the signal while it waits for a server that is away', async () => {
    const stopping = new AbortController();
    const reason = new Error('out of time');
    answers = Array.from({ length: 9 }, () => refuse(503, () => stopping.abort(reason)));
    await expect(fetcher({ signal: stopping.signal })('app.tar')).rejects.toBe(reason);
    expect(existsSync(path.join(folder, sha256))).toBe(false);
  });
});

function fetcher({ signal = new AbortController().signal, size = bytes.length } = {}) {
  const door = serverDoor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return createArtifactFetcher({
    folder,
    artifacts: [{ path: 'app.tar', sha256, size }],
    open: ({ sha256 }, range) => door.artifact('ticket', sha256, range, signal),
    signal,
    output: (text) => {
      output += text;
    },
  });
}

function giveRange({ headers }: IncomingMessage, response: ServerResponse): void {
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  const isPart = from > 0 && headers['if-range'] === etag;
  if (isPart) response.setHeader('content-range', `bytes ${from}-${bytes.length - 1}/${bytes.length}`);
  response.writeHead(isPart ? 206 : 200, { etag }).end(isPart ? bytes.subarray(from) : bytes);
}

const etag = `"${sha256}"`;

/** Sends so many of the bytes that are asked for, and breaks the connection once the device has kept some of them. */
function breakOffAfter(length: number, tag = etag) {
  return ({ headers }: IncomingMessage, response: ServerResponse): void => {
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    const rest = bytes.subarray(from);
    if (from > 0) response.setHeader('content-range', `bytes ${from}-${bytes.length - 1}/${bytes.length}`);
    response.writeHead(from > 0 ? 206 : 200, { etag: tag, 'content-length': rest.length });
    response.write(rest.subarray(0, length));
    const looking = setInterval(() => {
      const kept = statSync(path.join(folder, `${sha256}.part`), { throwIfNoEntry: false })?.size ?? 0;
      if (kept <= from) return;
      clearInterval(looking);
      response.destroy();
    }, 1);
  };
}

function refuse(status: number, then = () => {}) {
  return (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error_message: 'Not now.', code: 'unavailable' }), then);
  };
}
