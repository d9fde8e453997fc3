import { deploymentBodySchema } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { type OrderFlags, orderFromFlags } from './order-flags.rules.ts';

type Found = Parameters<typeof orderFromFlags>[1];
const found: Found = { flowId: 'f-5d0e-b713', deviceIds: [], notDeviceIds: [] };

function orderOf(flags: OrderFlags, ids: Partial<Found> = {}, configuration?: unknown) {
  const read = orderFromFlags(flags, { ...found, ...ids }, configuration);
  if ('fault' in read) throw new Error(read.fault);
  return read.order;
}

function faultOf(flags: OrderFlags): string | null {
  const read = orderFromFlags(flags, found, undefined);
  return 'fault' in read ? read.fault : null;
}

describe('flags that select devices', () => {
  it('become the filter of every type', () => {
    const flags: OrderFlags = {
      group: ['North', 'South'],
      notDevice: ['pump-9'],
      tag: ['humid'],
      notTag: ['dry', 'old'],
      hasApp: ['irrigation', '@scope/lamps@2.0'],
      lacksApp: ['irrigation@v3.2'],
      state: 'online',
      inDeployment: ['dp-3fk8-2mw0'],
      notInDeployment: ['dp-3fk8-2mw0:failed'],
      lastUpdate: ['success'],
      notLastUpdate: ['aborted'],
    };
    const order = orderOf(flags, { notDeviceIds: ['d-0000-0009'] });
    expect(order.device_filter).toEqual({
      groups: [{ name: 'North' }, { name: 'South' }],
      filters: [
        { type: 'specific_device', operand: 'is_not', value: 'd-0000-0009' },
        { type: 'tag', operand: 'is', value: 'humid' },
        { type: 'tag', operand: 'is_not', value: 'dry' },
        { type: 'tag', operand: 'is_not', value: 'old' },
        { type: 'app', operand: 'is', value: 'irrigation' },
        { type: 'app', operand: 'is', value: '@scope/lamps', app_version: '2.0' },
        { type: 'app', operand: 'is_not', value: 'irrigation', app_version: 'v3.2' },
        { type: 'device_state', operand: 'is', value: 'online' },
        { type: 'deployment', operand: 'is', value: 'any', deployment_id: 'dp-3fk8-2mw0' },
        { type: 'deployment', operand: 'is_not', value: 'failed', deployment_id: 'dp-3fk8-2mw0' },
        { type: 'update_status', operand: 'is', value: 'success' },
        { type: 'update_status', operand: 'is_not', value: 'aborted' },
      ],
    });
    expect(deploymentBodySchema().safeParse(order).error).toBeUndefined();
  });

  it('name a version of the flow as a number, and what is none as it stands, for the server to refuse', () => {
    expect(orderOf({ all: true, flowVersion: '3' })).toMatchObject({ flow_version: 3 });
    expect(orderOf({ all: true, flowVersion: 'newest' })).toMatchObject({ flow_version: 'newest' });
    expect(orderOf({ all: true })).not.toHaveProperty('flow_version');
  });

  it('pick devices one by one', () => {
    expect(orderOf({ device: ['pump-1'] }, { deviceIds: ['d-0000-0001'] })).toMatchObject({
      device_ids: ['d-0000-0001'],
    });
  });

  it('must be there, so that a forgotten one does not deploy to all', () => {
    expect(faultOf({})).toMatch(/^Say which devices/);
    expect(faultOf({ all: true })).toBeNull();
    expect(faultOf({ all: true, tag: ['humid'] })).toMatch(/^--all means every device/);
    expect(orderOf({ all: true })).not.toHaveProperty('device_ids');
  });
});

describe('flags of what is deployed', () => {
  it('become the order with all its options', () => {
    const flags: OrderFlags = {
      all: true,
      param: ['version=1.1.0', 'query=a=b', 'empty='],
      app: 'irrigation@1.1.0',
      comment: 'nightly',
      startAt: '2030-01-31T04:00:00Z',
      expiresIn: '2h',
      timeout: '10m',
      abortDeadline: '90s',
      supersede: 'same_app',
      allowEmpty: true,
    };
    const order = orderOf(flags, {}, { level: 'info' });
    expect(order).toEqual({
      device_filter: { groups: [], filters: [] },
      deployment_configuration: {
        flow_uuid: 'f-5d0e-b713',
        parameters_mapping: { version: '1.1.0', query: 'a=b', empty: '' },
        app: { name: 'irrigation', version: '1.1.0' },
        comment: 'nightly',
      },
      configuration: { level: 'info' },
      schedule: { start_at: '2030-01-31T04:00:00Z' },
      expires_in: '2h',
      timeout: '10m',
      abort_deadline: '90s',
      supersede: 'same_app',
      allow_empty: true,
    });
    expect(deploymentBodySchema().safeParse(order).error).toBeUndefined();
  });

  it.each([
    ['3', 3],
    ['10%', '10%'],
  ])('take a number or a share of failures: %s', (maxFailures, max_failures) => {
    expect(orderOf({ all: true, maxFailures, dryRun: true })).toMatchObject({ max_failures, dry_run: true });
  });

  it.each([
    [{ param: ['version'] }, '--param must be NAME=VALUE, not "version"'],
    [{ param: ['=1'] }, '--param must be NAME=VALUE, not "=1"'],
    [{ param: ['a=1', 'a=2'] }, '--param gives a twice'],
    [{ app: 'irrigation' }, '--app must be NAME@VERSION, not "irrigation"'],
    [{ app: 'irrigation@' }, '--app must be NAME@VERSION, not "irrigation@"'],
  ])('are refused where they are not as they should be: %j', (flags, fault) => {
    expect(faultOf({ all: true, ...flags })).toBe(fault);
  });
});
