import { describe, expect, it } from 'vitest';
import { storableMessage } from './storable-message.rules.ts';

describe('a message with what no column can hold', () => {
  it('is kept with a mark in its place', () => {
    const report = { type: 'report', message: 'a\0b\ud800c', undone: [{ step: '\0' }], step: 3, 'k\0': null };
    expect(storableMessage(report)).toEqual({
      type: 'report',
      message: 'a\ufffdb\ufffdc',
      undone: [{ step: '\ufffd' }],
      step: 3,
      'k\ufffd': null,
    });
  });

  it('keeps output byte for byte, but not the id beside it', () => {
    expect(storableMessage({ type: 'log', update_id: 'dp\0', text: 'a\0b', offset: 0 })).toEqual({
      type: 'log',
      update_id: 'dp\ufffd',
      text: 'a\0b',
      offset: 0,
    });
  });

  it('stays the same where all can be kept', () => {
    const message = { type: 'report', message: 'ein ☂ und ein 😀' };
    expect(storableMessage(message)).toBe(message);
    expect(storableMessage(null)).toBeNull();
  });
});
