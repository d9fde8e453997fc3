import type { Progress, UpdateStatus } from '@tideway/protocol';

/** From what has ended well to what has not begun: each is drawn upon those before it. */
export const drawnOrder: UpdateStatus[] = ['success', 'failed', 'aborted', 'in_progress', 'pending'];

/** At most so many of the items, with even spaces between them; the first and the last are always there. */
export function fewOf<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items];
  const step = (items.length - 1) / (count - 1);
  const places = new Set(Array.from({ length: count }, (_, number) => Math.round(number * step)));
  return items.filter((_, place) => places.has(place));
}

type Point = Progress['points'][number];

/** The course until now, so long after it was read: while an update is open, time goes on where nothing else changes. */
export function untilNow(progress: Progress, sinceMs: number): Progress {
  const last = progress.points.at(-1);
  if (last === undefined || isOver(last) || sinceMs <= 0) return progress;
  const at = new Date(Date.parse(progress.to) + sinceMs).toISOString();
  return { ...progress, to: at, points: [...progress.points, { ...last, at }] };
}

/** So many seconds are drawn at least: in fewer there is no room for times at the edge. */
export const leastSeconds = 10;
/** How much further than its end a course is drawn that is over: that is to be seen, too. */
const afterEnd = 1 / 20;

/** Seconds of each point, and for each status in the order of drawing how high it and what lies under it reach. */
export function stackedCourse({ points }: Progress): { seconds: number[]; heights: number[][] } {
  const seconds = points.map(({ at }) => Date.parse(at) / 1000);
  const [first = 0, last = 0] = [seconds[0], seconds.at(-1)];
  const end = points.at(-1);
  const drawn = end !== undefined && isOver(end) ? [...points, end] : points;
  const heights = drawnOrder.map((_, place) =>
    drawn.map((point) => drawnOrder.slice(0, place + 1).reduce((sum, status) => sum + point[status], 0)),
  );
  if (drawn === points) return { seconds, heights };
  return { seconds: [...seconds, Math.max(last + (last - first) * afterEnd, first + leastSeconds)], heights };
}

function isOver({ pending, in_progress }: Point): boolean {
  return pending + in_progress === 0;
}

/** How it went in one sentence, for those who do not see the drawing. */
export function courseText({ points, from, to }: Progress, timeText: (at: string) => string): string {
  const last = points.at(-1);
  if (last === undefined) return 'Nothing has happened yet.';
  const ended = last.success + last.failed + last.aborted;
  const all = ended + last.in_progress + last.pending;
  return `From ${timeText(from)} to ${timeText(to)}: ${ended} of ${all} updates have ended, ${last.success} of them with success, ${last.failed} failed and ${last.aborted} aborted.`;
}
