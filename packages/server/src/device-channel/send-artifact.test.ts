import { createHash, randomBytes } from 'node:crypto';
import {
  type DeviceFleet,
  makeDeviceFleet,
  type ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const content = randomBytes(100_000).toString('hex');
const sha256 = createHash('sha256').update(content).digest('hex');
let server: TestServer;
let fleet: DeviceFleet;
let device: ScriptedDevice;
let other: ScriptedDevice;
let deployment: string;

beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeDeviceFleet(server, 'Fetching');
  await server.request('PUT', `${fleet.path}/artifacts/app/app.bin`, { body: content });
  device = await fleet.joinDevice();
  other = await fleet.joinDevice();
  deployment = await fleet.deployTo([device], {
    flow: `flows:
  files:
    steps: [{ name: put, uses: tideway/files, with: { artifact: app/app.bin, path: /opt/app.bin } }]
`,
  });
  await device.next();
});

afterAll(() => server.stop());

describe('an artifact', () => {
  it('is sent to a device whose update needs it', async () => {
    const answer = await device.fetchArtifact(sha256);
    expect(answer.status).toBe(200);
    expect(answer.body).toBe(content);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-length': '200000',
      'content-type': 'application/octet-stream',
      'accept-ranges': 'bytes',
      etag: `"${sha256}"`,
    });
  });

  it('is sent from where a broken download ended', async () => {
    const headers = { range: 'bytes=150000-', 'if-range': `"${sha256}"` };
    const answer = await device.fetchArtifact(sha256, headers);
    expect(answer.status).toBe(206);
    expect(answer.body).toBe(content.slice(150_000));
    expect(answer.headers.get('content-length')).toBe('50000');
    expect(answer.headers.get('content-range')).toBe('bytes 150000-199999/200000');
  });

  it('is sent as a whole where the device holds something else, or more than there is', async () => {
    const somethingElse = await device.fetchArtifact(sha256, { range: 'bytes=5-', 'if-range': '"another"' });
    expect([somethingElse.status, somethingElse.body.length]).toEqual([200, 200_000]);
    const more = await device.fetchArtifact(sha256, { range: 'bytes=200000-' });
    expect([more.status, more.body.length]).toEqual([200, 200_000]);
  });

  it('is not there for a device that does not need it, or not any more, nor is one that does not exist', async () => {
    expect((await other.fetchArtifact(sha256)).body.code).toBe('not_found');
    expect((await device.fetchArtifact('0'.repeat(64))).body.code).toBe('not_found');
    expect((await device.fetchArtifact('..%2f..%2fetc')).body.code).toBe('not_found');
    await device.report({ update_id: deployment, seq: 1, event: 'succeeded' });
    expect((await device.fetchArtifact(sha256)).body.code).toBe('not_found');
  });
});
