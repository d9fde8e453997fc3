import { expect, it } from 'vitest';
import { isOfOwnPage } from './same-origin.rules.ts';

it.each([
  ['GET', undefined, true],
  ['POST', 'http://tideway.example:8080', true],
  ['POST', 'https://TIDEWAY.example:8080', true],
  ['POST', 'http://tideway.example', false],
  ['DELETE', 'http://evil.example', false],
  ['PUT', 'null', false],
  ['PATCH', undefined, false],
])('%s from a page of %s', (method, origin, isOwn) => {
  expect(isOfOwnPage(method, origin, 'tideway.example:8080')).toBe(isOwn);
});
