import type { DryRun } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import type { OrderBody } from './order-values.rules.ts';
import { isAskedFirst, orderNotes, setFacts } from './review.rules.ts';

const body: OrderBody = {
  device_filter: { groups: [{ name: 'North' }] },
  deployment_configuration: { flow_uuid: 'f-0000-0001' },
};

function dryRun(online: number, offline: number): DryRun {
  return {
    dry_run: true,
    devices: online + offline,
    by_state: { online, offline },
    by_group: [],
    sample: [],
    lacking: [],
    parameters: {},
    bytes_to_download: 0,
  };
}

describe('what is worth knowing before an order', () => {
  it('is nothing where few devices are online', () => {
    expect(orderNotes(body, dryRun(3, 0))).toEqual([]);
  });

  it('is what offline devices do', () => {
    expect(orderNotes({ ...body, max_failures: 1 }, dryRun(9, 3))).toEqual([
      '3 of 12 are offline: they begin when they come back.',
    ]);
    expect(orderNotes({ ...body, expires_in: '2h' }, dryRun(0, 1))).toEqual([
      '1 of 1 is offline: it begins when it comes back, if that is within 2h.',
    ]);
  });

  it('is that all devices are meant, and that nothing stops the order', () => {
    expect(orderNotes({ ...body, device_filter: {} }, dryRun(10, 0))).toEqual([
      'The deployment goes to every device of the project.',
      'Nothing stops the deployment where updates fail: a limit of failures spares the rest of the 10 devices.',
    ]);
  });

  it('is what is left out, begins later and is replaced', () => {
    const order = {
      ...body,
      device_ids: ['a', 'b', 'c'],
      schedule: { start_at: '2030-01-31T03:00:00Z' },
      supersede: 'same_flow' as const,
    };
    expect(orderNotes(order, dryRun(2, 0))).toEqual([
      '1 of the 3 picked devices is left out: a device that awaits approval, or does not match the filter, gets nothing.',
      'No device begins before the time that is set.',
      'What is still pending on these devices from older deployments of the same flow is aborted.',
    ]);
  });
});

describe('an order', () => {
  it('asks first where it is for all of several devices, and nothing narrows it', () => {
    const all = { ...body, device_filter: {} };
    expect(isAskedFirst(all, dryRun(1, 1))).toBe(true);
    expect(isAskedFirst({ ...all, device_filter: { groups: [], filters: [] } }, dryRun(2, 0))).toBe(true);
    expect(isAskedFirst(all, dryRun(1, 0))).toBe(false);
    expect(isAskedFirst(body, dryRun(2, 0))).toBe(false);
    expect(isAskedFirst({ ...all, device_ids: ['a', 'b'] }, dryRun(2, 0))).toBe(false);
  });
});

describe('what was set in an order', () => {
  it('is nothing where all was left as it is', () => {
    expect(setFacts({ ...body, supersede: 'none' })).toEqual([]);
  });

  it('is all of it, in words', () => {
    const order: OrderBody = {
      ...body,
      deployment_configuration: { ...body.deployment_configuration, comment: 'valve fix' },
      configuration: { log_level: 'debug' },
      schedule: { start_at: '2030-01-31T03:00:00Z' },
      expires_in: '7d',
      timeout: '2h',
      abort_deadline: '5m',
      supersede: 'same_app',
      max_failures: 1,
    };
    expect(setFacts(order)).toEqual([
      ['comment', 'valve fix'],
      ['startAt', '2030-01-31T03:00:00Z'],
      ['expiresIn', '7d'],
      ['timeout', '2h'],
      ['abortDeadline', '5m'],
      ['supersede', 'pending updates of the same app'],
      ['maxFailures', '1 update'],
      ['configuration', '{\n  "log_level": "debug"\n}'],
    ]);
    expect(setFacts({ ...body, max_failures: '10%' })).toEqual([['maxFailures', '10%']]);
  });
});
