import { passwordChangeSchema } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { passwordChangeOf, repeatedPasswordSchema } from './password-change.rules.ts';

const typed = { old_password: 'the one before', new_password: 'the one from now on' };

describe('a change of the password', () => {
  it('carries the old one only where it is needed', () => {
    expect(passwordChangeOf(typed, true)).toEqual(typed);
    expect(passwordChangeOf(typed, false)).toEqual({ new_password: typed.new_password });
  });

  it('needs the same new password twice', () => {
    const schema = repeatedPasswordSchema(passwordChangeSchema);
    expect(schema.safeParse({ ...typed, repeated: typed.new_password }).success).toBe(true);
    const { error } = schema.safeParse({ ...typed, repeated: `${typed.new_password}!` });
    expect(error?.issues.map(({ path }) => path)).toEqual([['repeated']]);
  });

  it('is held to the schema of the API', () => {
    const { error } = repeatedPasswordSchema(passwordChangeSchema).safeParse({
      new_password: 'short',
      repeated: 'short',
    });
    expect(error?.issues.map(({ path }) => path)).toEqual([['new_password']]);
  });
});
