import type { BulkChanges } from '@tideway/protocol';
import { withTyped } from '../labels/new-labels.rules.ts';

/** What the form for tags of many devices holds. */
export type TagValues = { add_tags: string[]; typed_to_add: string; remove_tags: string[]; typed_to_remove: string };

export const noTagChanges: TagValues = { add_tags: [], typed_to_add: '', remove_tags: [], typed_to_remove: '' };

/** What is asked of the API; what was typed and not confirmed counts. */
export function tagChangesOf(values: TagValues): Pick<BulkChanges, 'add_tags' | 'remove_tags'> {
  const added = withTyped(values.add_tags, values.typed_to_add);
  const removed = withTyped(values.remove_tags, values.typed_to_remove);
  return { ...(added.length > 0 && { add_tags: added }), ...(removed.length > 0 && { remove_tags: removed }) };
}

/** The form's field for a place in what was sent. A tag that is made is refused by its `name`. */
export function fieldOfTags(place: string): string {
  return place === 'name' ? 'add_tags' : place.replace(/[[.].*$/, '');
}
