import { describe, expect, it } from 'vitest';
import { Slots } from './slots.ts';

describe('slots', () => {
  it('are taken until none is left, and each is free once, however often it is given back', () => {
    const slots = new Slots(2);
    const first = slots.take();
    slots.take();
    expect(slots.take()).toBeNull();

    first?.();
    first?.();
    expect(slots.take()).not.toBeNull();
    expect(slots.take()).toBeNull();
  });
});
