import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readAgainSoon } from './read-again.ts';

describe('reading again what many events are about', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('happens at once, then once in its time however often it is asked for, and once after the last time', () => {
    const queries = new QueryClient();
    const read = vi.spyOn(queries, 'invalidateQueries');
    readAgainSoon(queries, ['p', 'updates'], 3000);
    vi.advanceTimersByTime(1);
    expect(read).toHaveBeenCalledTimes(1);
    for (let asked = 0; asked < 100; asked += 1) {
      readAgainSoon(queries, ['p', 'updates'], 3000);
      vi.advanceTimersByTime(50);
    }
    expect(read).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(10_000);
    expect(read).toHaveBeenCalledTimes(3);
    vi.advanceTimersByTime(10_000);
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('is counted for each key by itself', () => {
    const queries = new QueryClient();
    const read = vi.spyOn(queries, 'invalidateQueries');
    readAgainSoon(queries, ['p', 'updates'], 3000);
    readAgainSoon(queries, ['p', 'failures'], 3000);
    vi.advanceTimersByTime(1);
    expect(read.mock.calls.map(([filters]) => filters?.queryKey)).toEqual([
      ['p', 'updates'],
      ['p', 'failures'],
    ]);
  });
});
