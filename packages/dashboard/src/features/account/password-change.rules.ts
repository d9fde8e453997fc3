import type { PasswordChange } from '@tideway/protocol';
import { z } from 'zod';

type Typed = { old_password: string; new_password: string };

/** What is sent: the old password only where it is needed. */
export function passwordChangeOf({ old_password, new_password }: Typed, needsOld: boolean): PasswordChange {
  return { ...(needsOld && { old_password }), new_password };
}

/** The API's schema, with the field that is of the page alone: the same password once more. */
export function repeatedPasswordSchema(schema: z.ZodObject): z.ZodType {
  return schema.extend({ repeated: z.string() }).superRefine((values, context) => {
    const { new_password, repeated } = values as { new_password: string; repeated: string };
    if (new_password === repeated) return;
    context.addIssue({ code: 'custom', path: ['repeated'], message: 'must be the same as the new password' });
  });
}
