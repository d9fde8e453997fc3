import type { Update } from '@tideway/protocol';

type Page = { items: Update[]; next: string | null };
type KnownPages = { pages: Page[]; pageParams: unknown[] };

/** The numbers of the pages that hold the rows from `first` to `last`. */
export function pagesAt({ pages }: KnownPages, first: number, last: number): number[] {
  const starts = pages.map((_, number) => pages.slice(0, number).reduce((sum, { items }) => sum + items.length, 0));
  return [...pages.keys()].filter((number) => {
    const start = starts[number] ?? 0;
    return start <= last && start + (pages[number]?.items.length ?? 0) > first;
  });
}

/**
 * The list with some pages as they were read again. In a list that is narrowed a page may reach further than before: what
 * stands in it is left out of the others, and where the next page begins stays as it was.
 */
export function withPages<Known extends KnownPages>(known: Known, read: ReadonlyMap<number, Page>): Known {
  const devices = new Map([...read].flatMap(([number, { items }]) => items.map(({ device }) => [device.id, number])));
  const pages = known.pages.map((page, number) => {
    const items = read.get(number)?.items ?? page.items;
    const kept = items.filter(({ device }) => (devices.get(device.id) ?? number) === number);
    return kept.length === page.items.length && kept.every((item, index) => item === page.items[index])
      ? page
      : { ...page, items: kept };
  });
  return { ...known, pages };
}
