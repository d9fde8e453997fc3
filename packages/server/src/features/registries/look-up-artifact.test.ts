import { createHash } from 'node:crypto';
import { ArtifactSource } from '@tideway/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NotGiven } from './ask-registry.ts';
import { lookUpArtifact } from './look-up-artifact.ts';

const bytes = Buffer.from('labels of a model');
const sha256 = createHash('sha256').update(bytes).digest('hex');
const path = 'models/v1/labels #1.json';
let source: ArtifactSource;

beforeEach(async () => {
  source = await new ArtifactSource().start();
  source.files.set(`/base/${path}`, bytes);
});

afterEach(() => source.stop());

describe('looking an artifact up in a registry', () => {
  it('believes the SHA-256 that the registry says, and reads nothing', async () => {
    source.saysChecksums = true;
    expect(await lookUp()).toEqual({ sha256, size: bytes.length });
    expect(methods()).toEqual(['HEAD']);
  });

  it('believes the SHA-256 that the flow gives, and asks for the size alone', async () => {
    expect(await lookUp({ pinned: sha256 })).toEqual({ sha256, size: bytes.length });
    expect(methods()).toEqual(['HEAD']);
  });

  it('reads and hashes what nobody says the SHA-256 of, once while its entity tag is the same', async () => {
    expect(await lookUp()).toEqual({ sha256, size: bytes.length });
    expect(await lookUp()).toEqual({ sha256, size: bytes.length });
    expect(methods()).toEqual(['HEAD', 'GET', 'HEAD']);

    source.files.set(`/base/${path}`, Buffer.from('other labels'));
    expect(await lookUp()).toMatchObject({ size: 12 });
    expect(methods()).toEqual(['HEAD', 'GET', 'HEAD', 'HEAD', 'GET']);
  });

  it('does without lengths, entity tags and the method HEAD', async () => {
    Object.assign(source, { saysLengths: false, saysEtags: false, knowsHead: false });
    expect(await lookUp({ pinned: sha256 })).toEqual({ sha256, size: bytes.length });
    expect(methods()).toEqual(['HEAD', 'GET']);
  });

  it('refuses another SHA-256 than the flow gives, said or found', async () => {
    const pinned = 'ab'.repeat(32);
    const why = `has one with the SHA-256 ${sha256}, and the flow asks for ${pinned}`;
    source.knowsHead = false;
    await expect(lookUp({ pinned })).rejects.toThrow(new NotGiven(why));
    Object.assign(source, { knowsHead: true, saysChecksums: true });
    await expect(lookUp({ pinned })).rejects.toThrow(new NotGiven(why));
  });

  it('says what the registry answers where it does not give it', async () => {
    await expect(lookUp({ path: 'models/none' })).rejects.toThrow(new NotGiven('answers with status 404'));
    source.user = { username: 'fleet', password: 'right' };
    await expect(lookUp()).rejects.toThrow(new NotGiven('answers with status 401'));
    const nobody = { url: 'http://127.0.0.1:1', username: null, password: null };
    const limits = { signal: new AbortController().signal, maxBytes: 100 };
    await expect(lookUpArtifact(nobody, { path, pinned: null }, limits)).rejects.toThrow(/^cannot be reached: /);
  });

  it('reads no more than it may, whether a length is said or not', async () => {
    const why = /too large to be read for it \(more than 5 bytes\): give it in the flow/;
    await expect(lookUp({ maxBytes: 5 })).rejects.toThrow(why);
    source.saysLengths = false;
    await expect(lookUp({ maxBytes: 5 })).rejects.toThrow(why);
  });

  it('ends with its time, also in the middle of the bytes', async () => {
    source.stopsAfter = 3;
    const limit = new AbortController();
    const lookedUp = lookUp({ signal: limit.signal });
    const refused = expect(lookedUp).rejects.toThrow(new NotGiven('did not give it in time'));
    while (!methods().includes('GET')) await new Promise((resolve) => setImmediate(resolve));
    limit.abort(new NotGiven('did not give it in time'));
    await refused;
  });

  it('follows redirects, and tells who asks to no other host', async () => {
    source.user = { username: 'fleet', password: 'p: ü' };
    const storage = await new ArtifactSource().start();
    storage.files.set('/blob', bytes);
    source.redirects.set(`/base/${path}`, `${storage.url}/blob`);
    expect(await lookUp({ username: 'fleet', password: 'p: ü' })).toEqual({ sha256, size: bytes.length });
    expect(storage.asked.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
    expect(source.asked[0]?.authorization).toMatch(/^Basic /);
    await storage.stop();
  });

  it('follows no endless redirects, and none to what is no web address', async () => {
    source.redirects.set(`/base/${path}`, `/base/${encodeURIComponent('models')}`);
    source.redirects.set('/base/models', '/base/models');
    await expect(lookUp()).rejects.toThrow(new NotGiven('redirects more than 5 times'));
    source.redirects.set('/base/models', 'http://some:body@example.org/');
    await expect(lookUp()).rejects.toThrow(
      new NotGiven('cannot be used: it redirects to an address with a user in it'),
    );
    source.redirects.set('/base/models', 'file:///etc/passwd');
    await expect(lookUp()).rejects.toThrow(/it redirects to an address that is neither http nor https/);
  });
});

type Changes = Partial<{
  path: string;
  pinned: string | null;
  signal: AbortSignal;
  maxBytes: number;
  username: string;
  password: string;
}>;

async function lookUp(changes: Changes = {}) {
  const { signal = new AbortController().signal, maxBytes = 1000, pinned = null } = changes;
  const registry = {
    url: `${source.url}/base/`,
    username: changes.username ?? null,
    password: changes.password ?? null,
  };
  return lookUpArtifact(registry, { path: changes.path ?? path, pinned }, { signal, maxBytes });
}

function methods(): string[] {
  return source.asked.map(({ method }) => method);
}
