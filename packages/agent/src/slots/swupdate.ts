import { existsSync } from 'node:fs';
import path from 'node:path';
import { runProgram } from '../steps/program.ts';
import { type StepContext, StepFailure } from '../steps/step.ts';
import { makePrivateFolder, readIfThere } from '../system/durable-file.ts';
import { resolveBelowRoot } from '../system/paths.ts';
import type { SlotInstaller } from './slot-installer.ts';
import { swupdateReason } from './swupdate-text.rules.ts';

/**
 * The device's own program for its slots: SWUpdate knows none. It is called as RAUC calls the custom backend of a boot
 * loader (`get-current`, `get-primary`, `set-primary SLOT`, `set-state SLOT good|bad`); beside that, `get-selection`
 * may say which `software,mode` of an image is for the slot that does not run.
 */
export const bootSlotProgram = 'tideway-boot-slot';

export function swupdateInstaller(context: StepContext): SlotInstaller {
  const ask = async (...words: string[]): Promise<string | null> => {
    const end = await runProgram({ program: bootSlotProgram, arguments: words, isShown: false }, context);
    return end.exitCode === 0 ? end.out.trim() || null : null;
  };
  const tell = async (...words: string[]) => {
    const end = await runProgram({ program: bootSlotProgram, arguments: words, isShown: true }, context);
    if (end.exitCode !== 0) {
      throw new StepFailure('slots_unchanged', `${bootSlotProgram} ${words.join(' ')} failed.`, end.exitCode);
    }
  };
  return {
    look: async () => {
      const booted = await ask('get-current');
      if (booted !== null) return { booted, primary: await ask('get-primary') };
      throw new StepFailure('slots_unknown', `${bootSlotProgram} does not say which slot runs.`);
    },
    install: async (file) => {
      const selection = await ask('get-selection');
      const words = [...settingsBelow(context.root), ...(selection === null ? [] : ['-e', selection]), '-i', file];
      const folder = path.join(context.keepFolder, 'work');
      makePrivateFolder(folder);
      const environment = { TMPDIR: folder };
      const end = await runProgram({ program: 'swupdate', arguments: words, environment, isShown: true }, context);
      if (end.exitCode === 0) return;
      const message = `SWUpdate did not install the image: ${swupdateReason(end.said)}`;
      throw new StepFailure('image_refused', message, end.exitCode);
    },
    markGood: (slot) => tell('set-state', slot, 'good'),
    goBackTo: async (slot, other) => {
      await tell('set-primary', slot);
      if (other !== null) await tell('set-state', other, 'bad');
    },
  };
}

/** What SWUpdate finds by itself on a whole machine, and has to be told below a root: its settings, and the board. */
function settingsBelow(root: string): string[] {
  const settings = resolveBelowRoot(root, '/etc/swupdate.cfg');
  const [board, revision] = (readIfThere(resolveBelowRoot(root, '/etc/hwrevision')) ?? '').trim().split(/\s+/);
  return [
    ...(existsSync(settings) ? ['-f', settings] : []),
    ...(board && revision ? ['-H', `${board}:${revision}`] : []),
  ];
}
