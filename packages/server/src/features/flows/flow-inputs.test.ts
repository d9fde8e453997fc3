import type { FlowDocument, FlowInput } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { effectiveInputs } from './flow-inputs.rules.ts';

const required: FlowInput = { description: null, required: true, default: null, pattern: null, secret: false };

describe('the inputs of an order', () => {
  it('are what is given, and defaults for the rest', () => {
    const flow = flowWith({
      a: required,
      b: { ...required, required: false, default: 'b' },
      c: { ...required, required: false },
    });

    expect(effectiveInputs(flow, { a: '1' })).toEqual({ values: { a: '1', b: 'b', c: '' }, secretNames: [] });
  });

  it('name the secret ones', () => {
    const flow = flowWith({ a: { ...required, secret: true }, b: required });

    expect(effectiveInputs(flow, { a: '1', b: '2' })).toMatchObject({ secretNames: ['a'] });
  });

  it.each<[string, FlowInput, Record<string, string>, string, string]>([
    ['one that the flow does not have', required, { a: '1', b: '2' }, 'unknown_parameter', 'b'],
    ['none where one is required', required, {}, 'missing_parameter', 'a'],
    ['a NUL', required, { a: 'x\0y' }, 'invalid_parameter', 'a'],
    ['more than 4 KiB', required, { a: 'ä'.repeat(2049) }, 'invalid_parameter', 'a'],
    ['what matches in part only', { ...required, pattern: 'a|ab' }, { a: 'abc' }, 'invalid_parameter', 'a'],
    ['what matches up to a last newline', { ...required, pattern: '\\d+' }, { a: '1\n' }, 'invalid_parameter', 'a'],
    ['one of the names of every object', required, { a: '1', constructor: '2' }, 'unknown_parameter', 'constructor'],
  ])('are refused with %s', (_what, input, given, code, name) => {
    expect(effectiveInputs(flowWith({ a: input }), given)).toMatchObject({ code, name });
  });

  it('match a pattern in linear time, and as a whole whichever way it takes', () => {
    const slow = flowWith({ a: { ...required, pattern: '(a+)+b' } });
    const either = flowWith({ a: { ...required, pattern: 'a|ab' } });

    expect(effectiveInputs(slow, { a: 'a'.repeat(4000) })).toMatchObject({ code: 'invalid_parameter' });
    expect(effectiveInputs(either, { a: 'ab' })).toMatchObject({ values: { a: 'ab' } });
  });

  it('are refused without their values, which may be secret', () => {
    const refusal = effectiveInputs(flowWith({ a: { ...required, pattern: 'x' } }), { a: 'hunter2' });

    expect(JSON.stringify(refusal)).not.toContain('hunter2');
  });
});

function flowWith(inputs: Record<string, FlowInput>): FlowDocument {
  return {
    name: 'a',
    description: null,
    inputs,
    timeout_s: 60,
    reboot_after_update: false,
    order: 'newest_first',
    requires: { arch: [], os: [] },
    rollback: null,
    steps: [],
  };
}
