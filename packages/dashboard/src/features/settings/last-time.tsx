import { Time } from '../../platform/ui/time.tsx';

/** When something was last used, or somebody last seen. */
export function LastTime({ at }: { at: string | null }) {
  return at === null ? 'Not yet' : <Time at={at} as="ago" />;
}
