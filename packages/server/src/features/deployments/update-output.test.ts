import {
  type DeviceFleet,
  makeDeviceFleet,
  type ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
let fleet: DeviceFleet;
let device: ScriptedDevice;

beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeDeviceFleet(server, 'Output');
  device = await fleet.joinDevice();
});

afterAll(() => server.stop());

describe('the output of an update', () => {
  it('is kept piece by piece and read as one text, also with what no column could hold', async () => {
    const id = await startUpdate();
    const [first, second] = ['[12:00] erster Schritt: ☂\n', 'NUL \0 und ein 😀\n'];
    expect(await say(id, 0, first)).toEqual(ackOf(id, Buffer.byteLength(first)));
    expect(await say(id, Buffer.byteLength(first), second)).toEqual(ackOf(id, Buffer.byteLength(first + second)));
    expect(await readOutput(id)).toBe(first + second);
  });

  it('is the same when pieces come twice, out of order, or with more in them the second time', async () => {
    const id = await startUpdate();
    await say(id, 0, 'abc');
    expect(await say(id, 0, 'abc')).toEqual(ackOf(id, 3));
    await say(id, 6, 'ghi');
    expect(await say(id, 0, 'abcdefghijk')).toEqual(ackOf(id, 9));
    expect(await say(id, 9, 'jk')).toEqual(ackOf(id, 11));
    expect(await readOutput(id)).toBe('abcdefghijk');
  });

  it('says where a part of it has not come', async () => {
    const id = await startUpdate();
    await say(id, 0, 'abc');
    await say(id, 10, 'k');
    expect(await readOutput(id)).toBe('abc\n[… 7 bytes are missing …]\nk');
  });

  it('is bounded, and is kept of the device’s own updates only', async () => {
    const id = await startUpdate();
    expect(await say(id, 320 * 1024, 'x')).toMatchObject({ type: 'refused', code: 'too_large' });
    expect(await say(id, 0, 'x', 2)).toMatchObject({ type: 'refused', code: 'not_found' });
    const other = await fleet.joinDevice();
    expect((await other.say({ type: 'log', update_id: id, attempt: 1, offset: 0, text: 'not mine' }))[0]).toMatchObject(
      {
        type: 'refused',
        code: 'not_found',
      },
    );
    expect(await readOutput(id)).toBe('');
  });
});

async function startUpdate(): Promise<string> {
  const running = await device.next();
  if (running) await device.report({ update_id: running.update_id, seq: 1, event: 'failed' });
  const id = await fleet.deployTo([device]);
  await device.next();
  return id;
}

async function say(id: string, offset: number, text: string, attempt = 1): Promise<unknown> {
  const [answer] = await device.say({ type: 'log', update_id: id, attempt, offset, text });
  return answer;
}

function ackOf(id: string, offset: number): object {
  return { type: 'log_ack', update_id: id, attempt: 1, offset };
}

async function readOutput(id: string): Promise<string> {
  const { body } = await server.request('GET', `${fleet.path}/deployments/${id}/updates/${device.id}/log`);
  return body.output;
}
