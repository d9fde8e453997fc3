import { readFileSync } from 'node:fs';
import { onFailureText, stepText, stepWithTexts } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';

describe('the reference of step keys', () => {
  it('names every key of every step', () => {
    const page = readFileSync(new URL('../../../../../docs/flow-steps.md', import.meta.url), 'utf8');
    const withs = Object.entries(stepWithTexts).flatMap(([type, schema]) => [
      `tideway/${type}`,
      ...Object.keys(schema.shape),
    ]);
    const keys = [...Object.keys(stepText.shape), ...Object.keys(onFailureText.shape), ...withs];

    expect(keys.filter((key) => !page.includes(`\`${key}\``) && !page.includes(`\`${key}:`))).toEqual([]);
  });
});
