import { expect, it } from 'vitest';
import { leftOutText } from './picked-words.rules.ts';

it('is said which picked devices are picked no longer', () => {
  expect(leftOutText(3, 3)).toBeNull();
  expect(leftOutText(3, 2)).toBe('1 of the 3 picked devices is not shown any more, nor picked.');
  expect(leftOutText(3, 1)).toBe('2 of the 3 picked devices are not shown any more, nor picked.');
  expect(leftOutText(1, 0)).toBe('The 1 picked device is not shown any more, nor picked.');
  expect(leftOutText(3, 0)).toBe('The 3 picked devices are not shown any more, nor picked.');
});
