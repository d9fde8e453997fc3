import { expect, it } from 'vitest';
import { changedThing } from './changed-thing.rules.ts';

const paused = { action: 'deployment.paused', target: 'dp-1', target_name: 'water v2', project_key: 'farm' };

it('names what was changed beside its id, and knows whose page shows it', () => {
  const page = { of: 'deployment', project: 'farm' };
  expect(changedThing(paused)).toEqual({ name: 'water v2', id: 'dp-1', page });
  expect(changedThing({ ...paused, target_name: null })).toEqual({ name: 'dp-1', id: null, page });
});

it('leads nowhere where the thing has no page of its own, or is gone', () => {
  const group = { ...paused, action: 'group.created', target: 'Barns', target_name: null };
  expect(changedThing(group)).toEqual({ name: 'Barns', id: null, page: null });
  const deleted = { ...paused, action: 'device.deleted', target: 'd-1', target_name: 'pump' };
  expect(changedThing(deleted)).toEqual({ name: 'pump', id: 'd-1', page: null });
  expect(changedThing({ ...paused, project_key: null }).page).toBe(null);
});
