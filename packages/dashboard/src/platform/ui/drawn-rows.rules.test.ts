import { expect, test } from 'vitest';
import { isFlying, nextDrawing, nextRowKeys, nothingDrawn } from './drawn-rows.rules.ts';

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

test('a list flies from the second jump on, until it is scrolled slowly or comes to rest', () => {
  const at = (first: number) => [first, first + 1, first + 2].map(String);
  const once = nextDrawing(nextDrawing(nothingDrawn, at(0), false), at(100), true);
  expect(isFlying(once)).toBe(false);
  const twice = nextDrawing(once, at(200), true);
  expect(isFlying(twice)).toBe(true);
  expect(isFlying(nextDrawing(twice, at(200), true))).toBe(true);
  expect(isFlying(nextDrawing(twice, at(201), true))).toBe(false);
  expect(isFlying(nextDrawing(twice, at(200), false))).toBe(false);
});
