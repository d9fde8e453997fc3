import { expect, it } from 'vitest';
import { refusalText } from './refusal-text.rules.ts';

it('a refusal is shown with its code, its field and every fault', () => {
  const text = refusalText({
    error_message: 'line 3: steps[0].run must not be empty (and 1 more)',
    code: 'invalid_flow',
    field: 'flows.app.steps[0].run',
    errors: [
      { path: 'flows.app.steps[0].run', line: 3, message: 'must not be empty' },
      { path: '', message: 'a \u001b[2J fault' },
    ],
  });
  expect(text).toBe(`line 3: steps[0].run must not be empty (and 1 more)
  code: invalid_flow
  field: flows.app.steps[0].run
  flows.app.steps[0].run, line 3: must not be empty
  a \\x1b[2J fault`);
});
