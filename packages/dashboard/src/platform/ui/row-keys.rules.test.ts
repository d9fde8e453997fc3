import { expect, test } from 'vitest';
import { isJump, nextRowKeys } from './row-keys.rules.ts';

const drawn = nextRowKeys(new Map(), ['a', 'b', 'c']);

test('the first rows get keys of their own', () => {
  expect([...drawn.values()]).toEqual([0, 1, 2]);
});

test('rows that stay keep their keys, wherever they go, and new ones get new keys', () => {
  const next = nextRowKeys(drawn, ['b', 'x', 'a']);
  expect([...next]).toEqual([
    ['b', 1],
    ['x', 3],
    ['a', 0],
  ]);
});

test('where few rows stay the keys are taken over in their order', () => {
  expect([...nextRowKeys(drawn, ['c', 'y', 'z']).values()]).toEqual([0, 1, 2]);
  expect([...nextRowKeys(drawn, ['x', 'y', 'z']).values()]).toEqual([0, 1, 2]);
});

test('more rows than before get new keys, and fewer leave some', () => {
  expect([...nextRowKeys(drawn, ['w', 'x', 'y', 'z']).values()]).toEqual([0, 1, 2, 3]);
  expect([...nextRowKeys(drawn, ['w']).values()]).toEqual([0]);
});

test('no two rows have one key after many moves', () => {
  let keys = drawn;
  for (let first = 0; first < 40; first += 1) {
    keys = nextRowKeys(keys, [first, first + 1, first + 2, first + 3].map(String));
    expect(new Set(keys.values()).size).toBe(4);
  }
});

test('a jump leaves fewer than half of the rows', () => {
  expect(isJump(drawn, ['b', 'c', 'd'])).toBe(false);
  expect(isJump(drawn, ['c', 'd'])).toBe(false);
  expect(isJump(drawn, ['c', 'd', 'e'])).toBe(true);
  expect(isJump(new Map(), ['a'])).toBe(true);
  expect(isJump(drawn, [])).toBe(false);
});
