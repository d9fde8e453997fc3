import type { UserWithLink } from '@tideway/protocol';
import { ShownOnce } from '../../platform/ui/shown-once.tsx';

/** The link by which a user signs in once. Its token stands behind `#`, where no server on the way sees it. */
export function SignInLink({ user, onDone }: { user: UserWithLink; onDone: () => void }) {
  const text = `${window.location.origin}/sign-in#${user.sign_in_token}`;
  return (
    <ShownOnce lines={[{ label: 'Sign-in link', text }]} onDone={onDone}>
      Give this link to {user.email}: it signs them in once, within a day, to set a password. It is shown this once.
      Whoever has it is {user.email}.
    </ShownOnce>
  );
}
