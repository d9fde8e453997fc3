import { describe, expect, it } from 'vitest';
import { flowNamesIn } from './flow-names.rules.ts';

describe('the names of flows', () => {
  it('are read from YAML and from JSON', () => {
    expect(flowNamesIn('flows:\n  pump: { steps: [] }\n  1.10: {}\n')).toEqual(['pump', '1.10']);
    expect(flowNamesIn('{"flows":{"pump":{}}}')).toEqual(['pump']);
  });

  it.each(['', 'flows: [', 'flows: 3', '[]', 'a: b'])('are none in what is no flow: %j', (source) => {
    expect(flowNamesIn(source)).toEqual([]);
  });
});
