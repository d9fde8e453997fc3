import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../testing/certificate.ts';
import { ForwardProxy } from '../testing/forward-proxy.ts';
import { type HttpRequest, httpClient } from './http-client.ts';
import { reasonOf } from './probes.ts';
import { noProxies } from './proxy.rules.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let servers: Server[];
let proxy: ForwardProxy;
beforeEach(async () => {
  servers = [];
  proxy = new ForwardProxy();
  await proxy.start();
});
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await proxy.stop();
});

describe('a call', () => {
  it('gives status, headers and body, whatever the status', async () => {
    const url = await serve((_request, response) => response.writeHead(418, { 'x-a': 'b' }).end('tea'));
    const answer = await request(url);
    expect([answer.status, answer.headers.get('X-A'), answer.headers.get('none')]).toEqual([418, 'b', null]);
    expect(await answer.text()).toBe('tea');
  });

  it('keeps its connection for the next one, and tries again where the server has closed that meanwhile', async () => {
    const ports = new Set<number | undefined>();
    let calls = 0;
    const url = await serve(({ socket }, response) => {
      ports.add(socket.remotePort);
      calls += 1;
      // As a server does whose patience ends in the moment that the next call is on its way.
      if (calls === 3) socket.destroy();
      else response.end('x');
    });
    const http = httpClient();
    for (let count = 0; count < 3; count += 1) {
      const { signal } = new AbortController();
      expect(await (await http.request(url, { method: 'POST', body: '{}', signal })).text()).toBe('x');
    }
    expect([calls, ports.size]).toEqual([4, 2]);
  });

  it('goes where the answer sends it, without credentials to others, and not to what is less secure', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve(({ headers }, response) => {
      seen.push(headers.authorization, headers.range);
      response.end('there');
    });
    const url = await serve(({ url: asked, headers }, response) => {
      seen.push(headers.authorization);
      const location = asked === '/' ? '/next' : other;
      response.writeHead(302, { location }).end();
    });
    const headers = { authorization: 'Bearer x', range: 'bytes=1-' };
    const answer = await request(url, { headers, redirects: 5 });
    expect(await answer.text()).toBe('there');
    expect(seen).toEqual(['Bearer x', 'Bearer x', undefined, 'bytes=1-']);
    expect((await request(url)).status).toBe(302);
    const round = await serve(({ url: asked }, response) => response.writeHead(302, { location: asked ?? '' }).end());
    expect((await request(round, { redirects: 3 })).status).toBe(302);
  });

  it('ends with the reason of the signal, before the answer and in its middle', async () => {
    const stopping = new AbortController();
    const never = await serve(() => stopping.abort(new Error('agent stops')));
    await expect(request(never, { signal: stopping.signal })).rejects.toThrow('agent stops');
    const middle = new AbortController();
    const half = await serve((_request, response) => response.write('half'));
    const { body } = await request(half, { signal: middle.signal });
    const reading = (async () => {
      for await (const _piece of body) middle.abort(new Error('no more'));
    })();
    await expect(reading).rejects.toThrow('no more');
  });

  it('says why nobody answers', async () => {
    const url = await serve((_request, response) => response.end());
    servers[0]?.close();
    servers[0]?.closeAllConnections();
    await expect(request(url).catch((error: unknown) => Promise.reject(reasonOf(error)))).rejects.toMatch(
      /^connect ECONNREFUSED/,
    );
  });

  it('breaks where the body does', async () => {
    const url = await serve(({ socket }, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half', () => socket.destroy());
    });
    await expect((await request(url)).text()).rejects.toThrow();
  });
});

describe('a call through a proxy', () => {
  it('that does not answer says that it is the proxy', async () => {
    const away = httpClient({ ...noProxies, http: new URL('http://127.0.0.1:1') });
    const asked = away.request('http://updates.test/', { signal: new AbortController().signal });
    await expect(asked).rejects.toThrow(/ECONNREFUSED.* \(through the proxy 127\.0\.0\.1:1\)/);
  });

  it('asks it for plain addresses, by names that only the proxy knows', async () => {
    const url = await serve((_request, response) => response.end('plain'));
    const named = `${url.replace('127.0.0.1', 'updates.test')}/a?b=c`;
    expect(await textThrough(named)).toBe('plain');
    expect(proxy.asked).toEqual([`GET ${named}`]);
  });

  it('tunnels to secure addresses, and believes in no other certificate for that', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tideway-tls-'));
    const { key, cert } = makeCertificate(folder, 'updates.test');
    rmSync(folder, { recursive: true });
    const server = createSecureServer({ key, cert }, (_request, response) => response.end('secure'));
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(textThrough(`https://updates.test:${port}`)).rejects.toThrow('self-signed certificate');
    expect(proxy.asked).toEqual([`CONNECT updates.test:${port}`]);
  });

  it('shows it user and password, and never to the server', async () => {
    proxy.credentials = 'device:p@ss';
    let seen: IncomingMessage['headers'] = {};
    const url = await serve(({ headers }, response) => {
      seen = headers;
      response.end('plain');
    });
    const through = new URL(proxy.url.replace('device:p@ss', 'device:p%40ss'));
    const http = httpClient({ http: through, https: through, direct: [] });
    const { signal } = new AbortController();
    const named = url.replace('127.0.0.1', 'updates.test');
    expect(await (await http.request(named, { signal })).text()).toBe('plain');
    expect(seen).toMatchObject({ host: new URL(named).host });
    expect(seen).not.toHaveProperty('proxy-authorization');
    await expect(textThrough('https://updates.test', 'http://127.0.0.1:1')).rejects.toThrow(/^the proxy 127.0.0.1:1 /);
  });

  it('says where the proxy refuses', async () => {
    proxy.refusesTunnels = true;
    await expect(textThrough('https://updates.test')).rejects.toThrow(
      /^the proxy 127\.0\.0\.1:\d+ does not let us reach updates\.test:443 \(status 403\)$/,
    );
  });

  it('goes past it to the device itself and to what is named', async () => {
    const url = await serve((_request, response) => response.end('direct'));
    expect(await textThrough(url)).toBe('direct');
    expect(proxy.asked).toEqual([]);
  });
});

async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function request(url: string, asked: Partial<HttpRequest> = {}) {
  return httpClient(noProxies).request(url, { signal: new AbortController().signal, ...asked });
}

async function textThrough(url: string, through = proxy.url): Promise<string> {
  const http = httpClient({ http: new URL(through), https: new URL(through), direct: [] });
  return (await http.request(url, { signal: new AbortController().signal })).text();
}
