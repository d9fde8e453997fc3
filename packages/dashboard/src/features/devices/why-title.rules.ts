import type { Why } from '@tideway/protocol';

/** What the answer on a device's page is about: whether anything keeps it from updating, or it updates. */
export function whyTitle({ update, gates }: Pick<Why, 'update' | 'gates'>): string {
  const isHeldBack = gates.some(({ holds }) => holds);
  if (update?.status === 'in_progress') return isHeldBack ? 'Updating, but away' : 'Updating';
  if (update?.status === 'pending' && !isHeldBack) return 'About to update';
  return isHeldBack ? 'Why is it not updating?' : 'Ready for updates';
}
