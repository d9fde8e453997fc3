import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { containerCases } from './container-cases.ts';
import { imageCases } from './image-cases.ts';
import { KillMatrix, type OpenCase, type Point } from './kill-matrix.ts';
import type { Kill } from './killable-device.ts';
import { packageCases } from './package-cases.ts';
import { type StepCase, stepCases } from './step-cases.ts';
import type { Course } from './verdict.ts';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'dist');
const isLong = Boolean(process.env.TIDEWAY_LONG);
/** How many points of each course of each case are taken, unless the case says it. */
const pointsEach = isLong ? 20 : 1;

/** The call that puts a new journal in the place of the old one. */
const journal = 'renameSync .*/journal\\.json\\.new$';
const isOfJournal = new RegExp(journal);

const points: Point[] = [];
let matrix: KillMatrix;

beforeAll(async () => {
  matrix = await KillMatrix.start(programs);
});

afterAll(async () => {
  await matrix.stop();
  showTable();
});

for (const stepCase of [...stepCases, ...containerCases, ...packageCases, ...imageCases]) {
  if (stepCase.isLongOnly && !isLong) continue;
  const lack = stepCase.lacks?.() ?? null;
  describe.skipIf(lack !== null)(`an agent that is killed in an update with ${stepCase.type} steps`, () => {
    let open: OpenCase;
    beforeAll(async () => {
      open = await matrix.open(stepCase);
    }, 240_000);
    afterAll(() => open.remove());

    it('ends as the table says, before, in and after every act', { timeout: 1_800_000 }, async () => {
      for (const course of ['through', 'back'] as const) {
        for (const kill of sample(pointsOf(open, course), stepCase))
          await expectTruth(matrix.point(open, course, [kill]));
      }
    });

    it('ends as the table says when that happens twice', { timeout: 600_000 }, async () => {
      for (const course of ['through', 'back'] as const) {
        const kills = pointsOf(open, course);
        const pairs = Array.from({ length: isLong ? 4 : 0 }, (_, index) => [
          kills[Math.floor(((index + 0.5) / 4) * kills.length)] as Kill,
          { at: 10 + 25 * index, how: 'before' as const },
        ]);
        for (const pair of pairs) await expectTruth(matrix.point(open, course, pair));
      }
    });

    const { commands } = stepCase;
    if (commands === undefined) return;
    it('ends as the table says, in the middle of its commands', { timeout: 600_000 }, async () => {
      for (const file of commands) {
        await expectTruth(matrix.pointAt(open, file === 'rolling-back' ? 'back' : 'through', file));
      }
    });
  });
}

describe('an agent that is killed again and again', () => {
  const files = stepCases.find(({ type }) => type === 'files');
  let open: OpenCase;
  beforeAll(async () => {
    if (files) open = await matrix.open({ ...files, type: 'files again' });
  });
  afterAll(() => open.remove());

  it('gives a step up that it never gets through, and undoes it', async () => {
    const inStep: Kill = { of: 'renameSync .*/\\.tideway-', at: 1, how: 'after' };
    const point = await matrix.point(open, 'through', [inStep, inStep, inStep]);
    expect(point).toMatchObject({ status: 'failed', reason: 'interrupted', left: 'old' });
  });

  it('gives an update up in which it never gets on, and undoes it', async () => {
    const between: Kill = { of: journal, at: 3, how: 'after' };
    const atStart: Kill = { of: journal, at: 1, how: 'after' };
    const point = await matrix.point(open, 'through', [between, atStart, atStart, atStart]);
    expect(point).toMatchObject({ status: 'failed', reason: 'boot_loop', left: 'old' });
  });
});

/** The journal is written before each act, and when it has ended: kills on both sides of that, and in between. */
function pointsOf(open: OpenCase, course: Course): Kill[] {
  const notes = open.calls[course];
  const written = notes.flatMap((note, index) => (isOfJournal.test(note) ? [index] : []));
  return written.flatMap((index, nth): Kill[] => {
    const next = written[nth + 1] ?? notes.length;
    const onBothSides = (['before', 'after'] as const).map((how) => ({ of: journal, at: nth + 1, how }));
    const calls = next - index;
    const parts = calls > 6 ? Math.min(Math.max(Math.round(calls / 8), 2), 8) : 0;
    const between = Array.from({ length: parts }, (_, part) => ({
      at: Math.round(index + 1 + (calls * (part + 1)) / (parts + 1)),
      how: part % 2 === 0 ? ('half' as const) : ('after' as const),
    }));
    return [...onBothSides, ...between];
  });
}

/** Spread evenly. */
function sample<T>(all: T[], stepCase: StepCase): T[] {
  const most = isLong ? (stepCase.pointsEach ?? pointsEach) : pointsEach;
  if (all.length <= most) return all;
  // Another place in each case and course, the same in every run.
  const shift = isLong ? 0.5 : (points.length * 0.38) % 1;
  const chosen = Array.from({ length: most }, (_, nth) => Math.floor(((nth + shift) / most) * all.length));
  return all.filter((_, index) => chosen.includes(index));
}

async function expectTruth(running: Promise<Point>): Promise<void> {
  const point = await running;
  points.push(point);
  expect(point).toMatchObject({ faults: [] });
}

/** How many points ended how, by the type of step and by where the update stood. */
function showTable(): void {
  const rows = new Map<string, Row>();
  for (const { type, standings, status, reason, faults } of points) {
    const stood = standings.join(', then ') || 'got by';
    const name = `${type} ${standings.length > 1 ? 'twice' : stood}`;
    const row = rows.get(name) ?? { type, stood: standings.length > 1 ? 'killed twice' : stood, ...none };
    row.points += 1;
    row.success += status === 'success' ? 1 : 0;
    row.failed += status === 'failed' && reason !== 'interrupted' ? 1 : 0;
    row.interrupted += reason === 'interrupted' ? 1 : 0;
    row.wrong += faults.length > 0 ? 1 : 0;
    rows.set(name, row);
  }
  console.table([...rows.values()].toSorted((a, b) => a.type.localeCompare(b.type)));
  console.log(`${points.filter(({ standings }) => standings.length > 0).length} points`);
}

type Row = typeof none & { type: string; stood: string };
const none = { points: 0, success: 0, failed: 0, interrupted: 0, wrong: 0 };
