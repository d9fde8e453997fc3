import { afterAll, beforeAll, expect, vi } from 'vitest';

/** The files of a worker share a process: what the tests of one leave changed of it would decide about those of the next. */
let found: object;

beforeAll(() => {
  found = processState();
});

afterAll(() => {
  vi.unstubAllEnvs();
  expect(processState(), 'A test has left the process changed').toEqual(found);
});

function processState(): object {
  return { environment: { ...process.env }, folder: process.cwd(), hasFakeTimers: vi.isFakeTimers() };
}
