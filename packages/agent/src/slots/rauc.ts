import { type ProgramEnd, runProgram } from '../steps/program.ts';
import { type StepContext, StepFailure } from '../steps/step.ts';
import { pause } from '../system/timing.ts';
import { isRaucBusy, raucReason, readRaucStatus } from './rauc-text.rules.ts';
import type { SlotInstaller } from './slot-installer.ts';

/** RAUC: its service does the work, also when the program that asked for it is gone. */
export function raucInstaller(context: StepContext): SlotInstaller {
  const rauc = (words: string[], isShown = true) =>
    runProgram({ program: 'rauc', arguments: words, environment: { LC_ALL: 'C.UTF-8' }, isShown }, context);
  const mark = async (as: string, slot: string) => {
    const end = await whenIdle(context, () => rauc(['status', `mark-${as}`, slot]));
    if (end.exitCode !== 0) {
      throw new StepFailure('slots_unchanged', `RAUC did not mark ${slot} as ${as}: ${raucReason(end.said)}`);
    }
  };
  return {
    look: async () => {
      const end = await rauc(['status', '--output-format=json'], false);
      const status = end.exitCode === 0 ? readRaucStatus(end.out) : null;
      if (status !== null) return status;
      const why = end.exitCode === 0 ? 'no slot of its configuration.' : raucReason(end.said);
      throw new StepFailure('slots_unknown', `RAUC does not say which slot runs: ${why}`);
    },
    install: async (file) => {
      const end = await whenIdle(context, () => rauc(['install', file]));
      if (end.exitCode === 0) return;
      throw new StepFailure('image_refused', `RAUC did not install the image: ${raucReason(end.said)}`, end.exitCode);
    },
    markGood: (slot) => mark('good', slot),
    goBackTo: async (slot, other) => {
      await mark('active', slot);
      if (other !== null) await mark('bad', other);
    },
  };
}

async function whenIdle({ signal, output }: StepContext, work: () => Promise<ProgramEnd>): Promise<ProgramEnd> {
  for (let isFirst = true; ; isFirst = false) {
    const end = await work();
    if (end.exitCode === 0 || !isRaucBusy(end.said)) return end;
    if (isFirst) output('Waiting for what RAUC is at.\n');
    await pause(1000, [signal]);
    signal.throwIfAborted();
  }
}
