import { describe, expect, it } from 'vitest';
import {
  addRow,
  changeRow,
  completePart,
  draftOf,
  faultOf,
  newFilter,
  placeOfRow,
  removeRow,
  unfinishedText,
} from './filter-draft.rules.ts';

const winter = { type: 'tag', operand: 'is', value: 'winter' } as const;
const offline = { type: 'device_state', operand: 'is', value: 'offline' } as const;

describe('a filter that is being made', () => {
  it('does not count a condition that is not complete', () => {
    const draft = addRow(draftOf({ filters: [winter] }));
    expect(completePart(draft)).toEqual({ filters: [winter] });
    expect(completePart(addRow(draftOf({})))).toEqual({});
  });

  it('knows which condition a refusal is about, with one before it that does not count', () => {
    const draft = changeRow(addRow(addRow(draftOf({}))), 1, winter);
    expect(placeOfRow(draft, 0)).toBeNull();
    expect(placeOfRow(draft, 1)).toBe(0);
  });

  it('says what does not count yet, and what to do about it', () => {
    const draft = addRow(draftOf({ filters: [winter] }));
    expect(unfinishedText(draftOf({ filters: [winter, offline] }), [])).toBeNull();
    expect(unfinishedText(draft, [])).toBe('condition 2 is not complete: give it a value, or remove it');
    expect(unfinishedText(draft, [{ row: 1, field: 'tag' }])).toContain('condition 2 does not count yet');
    expect(unfinishedText(draft, [{ row: 0, field: 'tag' }])).toContain('condition 1 does not count yet');
    expect(unfinishedText(draft, ['groups'])).toContain('the group that is typed does not count yet');
    const long = draftOf({ filters: [{ ...winter, value: 'x'.repeat(129) }] });
    expect(unfinishedText(long, [])).toBe('the value of condition 1 must have at most 128 characters');
  });

  it('has nothing unfinished in a row that is gone', () => {
    const draft = removeRow(addRow(draftOf({ filters: [winter] })), 1);
    expect(unfinishedText(draft, [{ row: 1, field: 'tag' }])).toBeNull();
  });

  it('keeps the other rows where one goes', () => {
    const draft = removeRow(draftOf({ filters: [winter, offline] }), 0);
    expect(completePart(draft)).toEqual({ filters: [offline] });
    expect(addRow(draft).rows.map(({ key }) => key)).toEqual([1, 2]);
  });

  it('says what is wrong with a value, and when one is missing', () => {
    expect(faultOf(newFilter('tag'))).toBe('incomplete');
    expect(faultOf(newFilter('deployment'))).toBe('incomplete');
    expect(faultOf(newFilter('device_state'))).toBeNull();
    expect(faultOf({ ...winter, value: 'x'.repeat(129) })).toBe('must have at most 128 characters');
  });
});
