import { readFileSync } from 'node:fs';
import { flowText, inputText, onFailureText, stepText, stepWithTexts } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { readFlowFile } from './read-flow-file.rules.ts';

const page = readFileSync(new URL('../../../../../docs/flows.md', import.meta.url), 'utf8');

describe('the page on flows', () => {
  it('names every key of a flow and of every step', () => {
    const withs = Object.entries(stepWithTexts).flatMap(([type, schema]) => [
      `tideway/${type}`,
      ...Object.keys(schema.shape),
    ]);
    const schemas = [flowText, inputText, stepText, onFailureText];
    const keys = [...schemas.flatMap((schema) => Object.keys(schema.shape)), ...withs];

    expect(keys.filter((key) => !page.includes(`\`${key}\``) && !page.includes(`\`${key}:`))).toEqual([]);
  });

  it('shows a flow that is valid', () => {
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    expect(readFlowFile(example)).toMatchObject({ flows: [{ name: 'app-release', steps: { length: 5 } }] });
  });
});
