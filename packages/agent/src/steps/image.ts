import path from 'node:path';
import { z } from 'zod';
import { fetchReferenced } from '../placing/fetch-referenced.ts';
import { raucInstaller } from '../slots/rauc.ts';
import type { SlotInstaller, SlotStatus } from '../slots/slot-installer.ts';
import { bootSlotProgram, swupdateInstaller } from '../slots/swupdate.ts';
import { findProgram } from '../system/find-program.ts';
import { jsonFile } from '../system/json-file.ts';
import { pause } from '../system/timing.ts';
import { type StepContext, type StepExecutor, StepFailure, type StepOf } from './step.ts';

/** Installs an image into the slot that does not run, boots, and is done when the device runs from that slot. */
export const imageStep: StepExecutor<'image'> = {
  isPossible: (environment) => installersOn(environment).length > 0,
  kinds: (environment) => installersOn(environment),
  run: async (step, context) => {
    const installer = installers[step.with.installer](context);
    const note = noteFile(context.keepFolder);
    const status = await lookSoon(installer, step, context);
    const noted = note.read() ?? { before: status.booted, target: null, is_tried: false };
    if (status.booted !== noted.before) {
      // The device booted by itself after an installation, before that was noted.
      note.write({ ...noted, target: status.booted });
      await installer.markGood(status.booted);
      return;
    }
    if (noted.target === null || noted.target !== status.primary || noted.is_tried) {
      note.write({ ...noted, target: null, is_tried: false });
      const target = await install(installer, step, noted.before, context);
      note.write({ ...noted, target, is_tried: false });
    }
    context.askForBoot();
  },
  undo: async (step, context) => {
    const noted = noteFile(context.keepFolder).read();
    if (!noted) return;
    const installer = installers[step.with.installer](context);
    const { booted, primary } = await lookSoon(installer, step, context);
    const other = [booted, noted.target, primary].find((slot) => slot !== noted.before) ?? null;
    await installer.goBackTo(noted.before, other);
    if (booted !== noted.before) context.askForBoot();
  },
  confirm: async (step, context, after) => {
    const file = noteFile(context.keepFolder);
    const noted = file.read();
    if (!noted) throw new StepFailure('slots_unknown', 'Which slot ran before is not known any more.');
    const installer = installers[step.with.installer](context);
    const { booted } = await lookSoon(installer, step, context);
    const expected = after === 'run' ? noted.target : noted.before;
    if (booted !== expected) {
      if (after === 'run') file.write({ ...noted, is_tried: true });
      throw after === 'run' ? fellBack(booted, noted) : notBack(booted, noted);
    }
    await installer.markGood(booted);
  },
};

const installers: Record<StepOf<'image'>['with']['installer'], (context: StepContext) => SlotInstaller> = {
  rauc: raucInstaller,
  swupdate: swupdateInstaller,
};

function installersOn(environment: Record<string, string>): string[] {
  const isThere = (program: string) => findProgram(program, environment) !== null;
  return [
    ...(isThere('rauc') ? ['rauc'] : []),
    // Without that program nobody could tell whether the new slot runs.
    ...(isThere('swupdate') && isThere(bootSlotProgram) ? ['swupdate'] : []),
  ];
}

/** Gives the slot that the image went to, and that the next boot starts. */
async function install(
  installer: SlotInstaller,
  step: StepOf<'image'>,
  before: string,
  context: StepContext,
): Promise<string> {
  const [image] = await fetchReferenced([step.with], context.fetchArtifact);
  if (!image) throw new Error('An image step has one artifact');
  await installer.install(image.file);
  const { primary } = await installer.look();
  if (primary !== null && primary !== before) return primary;
  const message = `The image was installed, and yet the next boot is ${before} again: it has not made its slot the next to boot.`;
  throw new StepFailure('not_activated', message);
}

/** After a boot, the services that know the slots may still be starting. */
async function lookSoon(
  installer: SlotInstaller,
  { with: { confirm_within_s } }: StepOf<'image'>,
  { signal }: StepContext,
): Promise<SlotStatus> {
  const end = performance.now() + confirm_within_s * 1000;
  for (;;) {
    try {
      return await installer.look();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof StepFailure) || error.reason !== 'slots_unknown' || performance.now() > end) throw error;
    }
    await pause(1000, [signal]);
  }
}

function fellBack(booted: string, { target, before }: Noted): StepFailure {
  const what = booted === before ? `fell back to ${before}` : `booted ${booted}`;
  return new StepFailure('fell_back', `The device ${what}: ${target}, where the image is, did not start.`);
}

function notBack(booted: string, { before }: Noted): StepFailure {
  return new StepFailure('not_restored', `The device runs ${booted}, and ran ${before} before the update.`);
}

type Noted = z.infer<typeof notedSchema>;

const notedSchema = z.object({
  /** The slot that ran before the step. */
  before: z.string(),
  /** The slot that was installed; null until it is. */
  target: z.string().nullable(),
  /** The device was booted for the target, and did not run it. */
  is_tried: z.boolean(),
});

function noteFile(keepFolder: string) {
  return jsonFile(path.join(keepFolder, 'slots.json'), notedSchema);
}
