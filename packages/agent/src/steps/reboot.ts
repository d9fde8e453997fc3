import type { StepExecutor } from './step.ts';

/** Boots the device; the flow goes on with its next step after the boot. */
export const rebootStep: StepExecutor<'reboot'> = {
  run: async (_step, context) => context.askForBoot(),
};
