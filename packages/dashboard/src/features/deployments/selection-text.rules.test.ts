import { describe, expect, it } from 'vitest';
import { selectionText } from './selection-text.rules.ts';

describe('whom an order was for', () => {
  it.each([
    [{ groups: [], filters: [] }, 'all devices'],
    [{ groups: [{ name: 'North' }], filters: [] }, 'in North'],
    [{ groups: [], filters: [], device_ids: ['d-1'] }, '1 picked device'],
    [
      { groups: [{ name: 'North' }], filters: [], device_ids: ['d-1', 'd-2'] },
      '2 picked devices, as far as they are in North',
    ],
    [{ retry_of: 'dp-1', statuses: ['failed', 'aborted'] }, 'what failed or was aborted in dp-1'],
    [{ retry_of: 'dp-1', statuses: ['aborted'] }, 'what was aborted in dp-1'],
    [{ something: 'newer' }, null],
  ])('is said in words (%#)', (filter, text) => {
    expect(selectionText(filter)).toBe(text);
  });
});
