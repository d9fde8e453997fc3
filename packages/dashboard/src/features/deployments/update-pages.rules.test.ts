import type { Update } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { anUpdate } from './testing/an-update.ts';
import { pagesAt, withPages } from './update-pages.rules.ts';

const update = (id: string, status: Update['status'] = 'pending') => anUpdate({ device: { id, name: id }, status });
const page = (ids: string[], next: string | null) => ({ items: ids.map((id) => update(id)), next });
const known = {
  pages: [page(['a', 'b'], '2'), page(['c', 'd'], '4'), page(['e'], null)],
  pageParams: [null, '2', '4'],
};
const idsOf = ({ pages }: typeof known) => pages.map(({ items }) => items.map(({ device }) => device.id).join(''));

describe('pages that are read again', () => {
  it.each([
    [0, 1, [0]],
    [1, 2, [0, 1]],
    [2, 4, [1, 2]],
    [4, 9, [2]],
  ])('are those in sight: rows %i to %i', (first, last, numbers) => {
    expect(pagesAt(known, first, last)).toEqual(numbers);
  });

  it('replace what was known, and leave the other pages as they are', () => {
    const renewed = withPages(known, new Map([[1, { items: [update('c', 'success'), update('d')], next: '4' }]]));
    expect(renewed.pages[1]?.items[0]?.status).toBe('success');
    expect(renewed.pages[0]).toBe(known.pages[0]);
    expect(renewed.pages[2]).toBe(known.pages[2]);
  });

  it('never have a device twice, where a page reaches further than before', () => {
    const renewed = withPages(known, new Map([[0, page(['b', 'c'], '3')]]));
    expect(idsOf(renewed)).toEqual(['bc', 'd', 'e']);
    expect(renewed.pages[0]?.next).toBe('2');
  });
});
