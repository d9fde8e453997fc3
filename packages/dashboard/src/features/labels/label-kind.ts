import type { deviceFilterSchema, Role } from '@tideway/protocol';
import type { z } from 'zod';

/** One of the three kinds of names that devices carry, with its words. */
export type LabelKind = {
  plural: 'groups' | 'tags' | 'apps';
  one: 'group' | 'tag' | 'app';
  title: string;
  /** What it is, for who has none yet. */
  meaning: string;
  /** Who may change them. */
  needs: Role;
  /** The devices that carry one. */
  filterOf: (name: string) => z.output<typeof deviceFilterSchema>;
};

export const groups: LabelKind = {
  plural: 'groups',
  one: 'group',
  title: 'Groups',
  meaning: 'Every device is in exactly one group. Deployments can be limited to groups.',
  needs: 'operator',
  filterOf: (name) => ({ groups: [{ name }] }),
};

export const tags: LabelKind = {
  plural: 'tags',
  one: 'tag',
  title: 'Tags',
  meaning: 'A tag is a free label: a device carries any number of them, and deployments can pick devices by them.',
  needs: 'operator',
  filterOf: (value) => ({ filters: [{ type: 'tag', operand: 'is', value }] }),
};

export const apps: LabelKind = {
  plural: 'apps',
  one: 'app',
  title: 'Apps',
  meaning:
    'An app is a named piece of software. A device carries any number of apps, each with one version; a deployment that names an app sets its version.',
  needs: 'admin',
  filterOf: (value) => ({ filters: [{ type: 'app', operand: 'is', value }] }),
};
