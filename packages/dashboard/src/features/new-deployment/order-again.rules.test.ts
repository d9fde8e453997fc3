import { type Deployment, deploymentBodySchema } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { devicesOf, devicesThenAndNow, orderedValues } from './order-again.rules.ts';
import { emptyValues, orderBody } from './order-values.rules.ts';

const ordered: Deployment = {
  id: 'dp-0000-0001',
  uuid: '6ad1b7c8-0000-4000-8000-000000000001',
  state: 'finished',
  flow: { id: 'f-0000-0001', name: 'release', version: 1 },
  app: { name: 'irrigation', version: '1.1.0' },
  comment: 'valve fix',
  device_filter: { groups: [{ name: 'North' }], filters: [{ type: 'tag', operand: 'is', value: 'humid' }] },
  parameters: { version: '1.1.0', password: '***' },
  configuration: { log_level: 'info' },
  devices: 2,
  counts: { pending: 0, in_progress: 0, success: 1, failed: 1, aborted: 0 },
  retry_of: null,
  created_by: 'anna@example.org',
  created_at: '2030-01-01T00:00:00.250Z',
  start_at: '2030-01-02T00:00:00.000Z',
  paused_at: null,
  expires_at: '2030-01-08T00:00:00.250Z',
  timeout_s: 5400,
  abort_deadline_s: 900,
  supersede: 'same_app',
  max_failures: '10%',
  failure_limit_reached_at: null,
  finished_at: '2030-01-01T01:00:00.000Z',
  archived_at: null,
};

describe('an order that is given again', () => {
  it('asks for the same, at once, but for secrets and the time limit, which the flow has', () => {
    const body = orderBody(orderedValues(ordered), { version: inputOf(false), password: inputOf(true) });
    expect(body).toEqual({
      device_filter: ordered.device_filter,
      deployment_configuration: {
        flow_uuid: 'f-0000-0001',
        parameters_mapping: { version: '1.1.0' },
        comment: 'valve fix',
        app: { name: 'irrigation', version: '1.1.0' },
      },
      configuration: { log_level: 'info' },
      expires_in: '7d',
      abort_deadline: '15m',
      supersede: 'same_app',
      max_failures: '10%',
    });
    expect(deploymentBodySchema().safeParse(body).success).toBe(true);
  });

  it('leaves empty what was not asked for', () => {
    const bare = { ...ordered, app: null, comment: '', configuration: null, parameters: {}, expires_at: null };
    expect(orderedValues({ ...bare, device_filter: {}, supersede: 'none', max_failures: null })).toEqual({
      ...emptyValues,
      flow: 'f-0000-0001',
      abortDeadline: '15m',
    });
  });

  it('is for the devices that were picked', () => {
    const picked = { groups: [], filters: [], device_ids: ['d-0000-0001', 'd-0000-0002'] };
    const { filter, devices } = orderedValues({ ...ordered, device_filter: picked });
    expect(filter).toEqual({ groups: [], filters: [] });
    expect(devices).toEqual(picked.device_ids);
  });

  it('is for the devices that got it where that was a retry', () => {
    const retry = { retry_of: 'dp-0000-0000', statuses: ['failed', 'aborted'] };
    const { filter, devices } = orderedValues({ ...ordered, device_filter: retry });
    expect(filter.filters).toEqual([
      { type: 'deployment', operand: 'is', value: 'any', deployment_id: 'dp-0000-0001' },
    ]);
    expect(devices).toEqual([]);
  });
});

describe('the devices of an order that is given again', () => {
  const asThen = orderedValues(ordered);

  it('are told then and now', () => {
    expect(devicesThenAndNow(ordered, asThen, 1)).toEqual({
      text: 'It went to 2 devices; its filter selects 1 now.',
      offersSame: true,
    });
    expect(devicesThenAndNow(ordered, asThen, undefined).text).toBe('It went to 2 devices.');
    expect(devicesThenAndNow(ordered, emptyValues, 1).text).toBe('It went to 2 devices.');
  });

  it('are those of then where they were picked, and are all there', () => {
    const picked = { ...ordered, device_filter: { device_ids: ['d-0000-0001', 'd-0000-0002'] } };
    expect(devicesThenAndNow(picked, orderedValues(picked), 2)).toEqual({
      text: 'It went to 2 devices: these are selected.',
      offersSame: false,
    });
    expect(devicesThenAndNow(picked, orderedValues(picked), 1)).toEqual({
      text: 'It went to 2 devices; 1 of them can be selected now.',
      offersSame: false,
    });
  });

  it('can be those of then, unless nobody knows them any more', () => {
    expect(devicesThenAndNow(ordered, devicesOf(ordered.id), 2)).toEqual({
      text: 'It went to 2 devices: these are selected.',
      offersSame: false,
    });
    expect(devicesThenAndNow(ordered, devicesOf(ordered.id), 1).text).toBe(
      'It went to 2 devices; 1 of them can be selected now.',
    );
    const archived = { ...ordered, archived_at: '2031-01-01T00:00:00.000Z' };
    expect(devicesThenAndNow(archived, asThen, 1).offersSame).toBe(false);
  });
});

function inputOf(secret: boolean) {
  return { description: null, required: false, default: null, pattern: null, secret };
}
