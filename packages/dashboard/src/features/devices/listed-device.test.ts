import type { Device } from '@tideway/protocol';
import { expect, test } from 'vitest';
import { listedDevice } from './listed-device.ts';

const device: Device = {
  ...{ id: 'd-1111-1111', device_uuid: '7b1c', name: 'pump-1', description: 'by the gate', group: 'North' },
  ...{ tags: ['wet'], apps: [{ name: 'till', version: '1.2' }], drift: [] },
  ...{ state: 'online', last_contact_at: '2026-11-28T17:00:00.000Z', update_trigger: 'off', blocked: null },
  ...{ needs_approval: false, held: false, agent: { version: '1.0.0', os: 'linux', arch: 'arm64' } },
  ...{ attributes: { place: 'gate' }, metrics: null, configuration: { level: 3 } },
  ...{ created_at: '2026-11-01T00:00:00.000Z', joined_at: '2026-11-01T00:00:01.000Z' },
};

test('a list keeps what it shows of a device, and nothing that may be large', () => {
  expect(listedDevice(device)).toEqual({
    ...{ id: 'd-1111-1111', name: 'pump-1', group: 'North', tags: ['wet'], apps: [{ name: 'till', version: '1.2' }] },
    ...{ drift: [], state: 'online', last_contact_at: '2026-11-28T17:00:00.000Z', update_trigger: 'off' },
    ...{ blocked: null, needs_approval: false, held: false, agent: { version: '1.0.0', os: 'linux', arch: 'arm64' } },
    joined_at: '2026-11-01T00:00:01.000Z',
  });
});

test('what two devices have in common is kept once', () => {
  const first = listedDevice(device);
  const second = listedDevice(structuredClone({ ...device, id: 'd-2222-2222', tags: ['dry'] }));
  expect(second.apps).toBe(first.apps);
  expect(second.agent).toBe(first.agent);
  expect(second.tags).toEqual(['dry']);
});
