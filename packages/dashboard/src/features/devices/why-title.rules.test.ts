import type { Gate, UpdateStatus } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { whyTitle } from './why-title.rules.ts';

const open: Gate = {
  gate: 'connection',
  holds: false,
  message: 'The device is connected, and is woken',
  deployment_id: null,
  since: null,
  tried_next_at: null,
};

describe('what is said above the answer why a device is not updating', () => {
  it.each<[UpdateStatus | null, boolean, string]>([
    [null, false, 'Ready for updates'],
    [null, true, 'Why is it not updating?'],
    ['pending', false, 'About to update'],
    ['pending', true, 'Why is it not updating?'],
    ['in_progress', false, 'Updating'],
    ['in_progress', true, 'Updating, but away'],
  ])('is what the device does (%s, held back: %s)', (status, holds, title) => {
    const update = status && { deployment_id: 'dp-0000-0001', status };
    expect(whyTitle({ update, gates: [{ ...open, holds }] })).toBe(title);
  });
});
