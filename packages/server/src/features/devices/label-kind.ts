/** The three kinds of names that devices carry; each is a table of the same form. */
export type LabelKind = 'group' | 'tag' | 'app';
