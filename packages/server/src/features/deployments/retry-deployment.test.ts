import {
  type DeviceFleet,
  makeDeviceFleet,
  type ScriptedDevice,
  startTestServer,
  type TestServer,
} from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const flow = `flows:
  release:
    inputs: { version: { default: 1.0.0 }, password: { secret: true } }
    steps:
      - { name: files, uses: tideway/files, with: { artifact: 'app/\${{ inputs.version }}.bin', path: /opt/app } }
      - { name: sign in, run: 'signin "\${{ inputs.password }}"' }
`;
const app = { name: 'irrigation', version: 'v2' };
let server: TestServer;
let fleet: DeviceFleet;

beforeAll(async () => {
  server = await startTestServer();
  fleet = await makeDeviceFleet(server, 'Retries');
  await server.request('PUT', `${fleet.path}/artifacts/app/1.1.0.bin`, { body: 'bytes' });
});

afterAll(() => server.stop());

describe('the retry of a deployment', () => {
  it('goes with the same flow and values to those that failed or were aborted, and is linked to its origin', async () => {
    const [good, bad, stopped] = [await fleet.joinDevice(), await fleet.joinDevice(), await fleet.joinDevice()];
    const parameters = { version: '1.1.0', password: 'hush' };
    const configuration = { level: 'info' };
    const options = { timeout: '10m', abort_deadline: '1m', comment: undefined };
    const id = await fleet.deployTo([good, bad, stopped], { flow, parameters, app, configuration, options });
    const first = await bad.next();
    await good.next();
    await good.report({ update_id: id, seq: 1, event: 'succeeded' });
    await bad.report({ update_id: id, seq: 1, event: 'failed', reason: 'step_failed' });
    await server.request('POST', `${fleet.path}/deployments/${id}/abort`);
    await fleet.call('PUT', `/update-flows/${(await show(id)).flow.id}`, flow.replace('sign in', 'log in'));

    const { status, body } = await retry(id);
    expect({ status, devices: body.devices }).toEqual({ status: 201, devices: 2 });
    expect(await show(body.deployment_id)).toMatchObject({
      retry_of: id,
      devices: 2,
      app,
      parameters: { version: '1.1.0', password: '***' },
      configuration,
      timeout_s: 600,
      abort_deadline_s: 60,
      device_filter: { retry_of: id, statuses: ['failed', 'aborted'] },
    });
    expect((await show(id)).retry_of).toBeNull();
    const again = await bad.next();
    expect(again).toMatchObject({ update_id: body.deployment_id, secrets: { password: 'hush' }, time_limit_s: 600 });
    const document = JSON.parse(again?.document ?? '');
    expect(document).toEqual({ ...JSON.parse(first?.document ?? ''), deployment_id: body.deployment_id });
    expect((await bad.fetchArtifact(document.artifacts[0].sha256)).status).toBe(200);
    expect(await good.next()).toBeNull();
    expect((await stopped.next())?.update_id).toBe(body.deployment_id);
  });

  it('takes only those of one status where that is asked, and options of its own', async () => {
    const [bad, stopped] = [await fleet.joinDevice(), await fleet.joinDevice()];
    const id = await failOn([bad], [stopped]);
    const { body } = await retry(id, {
      statuses: ['aborted'],
      comment: 'again',
      expires_in: '2h',
      max_failures: '10%',
    });
    expect(body.devices).toBe(1);
    expect(await show(body.deployment_id)).toMatchObject({
      comment: 'again',
      expires_at: expect.any(String),
      max_failures: '10%',
    });
    expect((await stopped.next())?.update_id).toBe(body.deployment_id);
  });

  it('leaves out devices that have gone, and those whose update something newer replaced', async () => {
    const [gone, replaced, overtaken] = [await fleet.joinDevice(), await fleet.joinDevice(), await fleet.joinDevice()];
    const id = await fleet.deployTo([gone, replaced, overtaken], { app });
    const newer = { app: { ...app, version: 'v3' } };
    await fleet.deployTo([replaced], { ...newer, options: { supersede: 'same_app' } });
    await fleet.call('POST', `/deployments/${id}/pause`);
    const later = await fleet.deployTo([overtaken], newer);
    await overtaken.next();
    await overtaken.report({ update_id: later, seq: 1, event: 'succeeded' });
    await server.request('DELETE', `${fleet.path}/devices/${gone.id}`);
    expect((await show(id)).counts).toMatchObject({ aborted: 3 });
    expect(await retry(id)).toMatchObject({ status: 400, body: { code: 'no_devices_matched' } });
  });

  it('leaves out devices on which a newer update of the same app has succeeded since', async () => {
    const [ahead, behind] = [await fleet.joinDevice(), await fleet.joinDevice()];
    const id = await failOn([ahead, behind], [], { app });
    const newer = await fleet.deployTo([ahead], { app: { ...app, version: 'v3' } });
    await ahead.next();
    await ahead.report({ update_id: newer, seq: 1, event: 'succeeded' });
    expect(await retry(id)).toMatchObject({ status: 201, body: { devices: 1 } });
    expect(await ahead.next()).toBeNull();
    expect(await behind.next()).not.toBeNull();
  });

  it('is made once for one key', async () => {
    const id = await failOn([await fleet.joinDevice()]);
    const headers = { 'idempotency-key': `retry-${id}` };
    const first = await retry(id, {}, headers);
    expect(await retry(id, {}, headers)).toMatchObject({ status: 201, body: first.body });
    expect(await retry(id, { comment: 'x' }, headers)).toMatchObject({ body: { code: 'idempotency_conflict' } });
  });

  it('is refused where an artifact is not what it was', async () => {
    const device = await fleet.joinDevice();
    await server.request('PUT', `${fleet.path}/artifacts/app/2.0.0.bin`, { body: 'bytes' });
    const id = await failOn([device], [], { flow, parameters: { version: '2.0.0', password: 'x' } });
    await server.request('DELETE', `${fleet.path}/artifacts/app/2.0.0.bin`);
    const refusal = { status: 400, body: { code: 'unknown_artifact' } };
    expect(await retry(id)).toMatchObject(refusal);
    await server.request('PUT', `${fleet.path}/artifacts/app/2.0.0.bin`, { body: 'other bytes' });
    expect(await retry(id)).toMatchObject(refusal);
  });

  it.each([
    [{ statuses: ['success'] }, 'statuses[0]'],
    [{ statuses: [] }, 'statuses'],
    [{ statuses: 'failed' }, 'statuses'],
    [{ flow_uuid: 'x' }, 'flow_uuid'],
    [{ schedule: { start_at: '2020-01-01T00:00:00Z' } }, 'schedule.start_at'],
    [{ supersede: 'same_app' }, 'supersede'],
    [{ timeout: '5' }, 'timeout'],
  ])('is refused for %j', async (body, field) => {
    const id = await failOn([await fleet.joinDevice()]);
    expect(await retry(id, body)).toMatchObject({ status: 400, body: { code: 'invalid_request', field } });
  });

  it('is refused for a deployment that is not there', async () => {
    expect(await retry('dp-none-none')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await retry('dp-none-none', [1])).toMatchObject({ status: 400 });
  });
});

/** A deployment that failed on the first devices and was aborted on the others. */
async function failOn(bad: ScriptedDevice[], stopped: ScriptedDevice[] = [], order = {}): Promise<string> {
  const id = await fleet.deployTo([...bad, ...stopped], order);
  for (const device of bad) {
    await device.next();
    await device.report({ update_id: id, seq: 1, event: 'failed', reason: 'step_failed' });
  }
  if (stopped.length > 0) await fleet.call('POST', `/deployments/${id}/abort`);
  return id;
}

async function retry(id: string, body?: unknown, headers: Record<string, string> = {}) {
  const { status, body: answer } = await server.request('POST', `${fleet.path}/deployments/${id}/retry`, {
    ...(body !== undefined && { body }),
    headers,
  });
  return { status, body: answer };
}

async function show(id: string) {
  const { body } = await server.request('GET', `${fleet.path}/deployments/${id}`);
  return body;
}
