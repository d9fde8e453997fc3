import { describe, expect, it } from 'vitest';
import { fieldOfTags, noTagChanges, tagChangesOf } from './bulk-tags.rules.ts';

describe('tags of many devices', () => {
  it('ask for nothing where nothing is chosen or typed', () => {
    expect(tagChangesOf(noTagChanges)).toEqual({});
    expect(tagChangesOf({ ...noTagChanges, typed_to_add: '  ' })).toEqual({});
  });

  it('count what was typed and not confirmed, once', () => {
    const typed = { ...noTagChanges, add_tags: ['winter'], typed_to_add: ' canary', typed_to_remove: 'summer' };
    expect(tagChangesOf(typed)).toEqual({ add_tags: ['winter', 'canary'], remove_tags: ['summer'] });
    expect(tagChangesOf({ ...noTagChanges, add_tags: ['winter'], typed_to_add: 'winter' })).toEqual({
      add_tags: ['winter'],
    });
  });

  it('show a refusal at the field that it is about', () => {
    expect(fieldOfTags('remove_tags[0]')).toBe('remove_tags');
    expect(fieldOfTags('name')).toBe('add_tags');
  });
});
