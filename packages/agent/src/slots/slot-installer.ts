/** What a device says of its slots: `booted` runs now, `primary` is the one to run after the next boot. */
export type SlotStatus = { booted: string; primary: string | null };

/** Who writes images into the slot that does not run. Its acts throw StepFailure. */
export type SlotInstaller = {
  /** Throws `slots_unknown` where the device does not say which slot runs. */
  look: () => Promise<SlotStatus>;
  /** Writes an image into the slot that does not run, and makes that the next to boot. Throws `image_refused`. */
  install: (file: string) => Promise<void>;
  /** Tells the boot loader that a slot has proved itself. */
  markGood: (slot: string) => Promise<void>;
  /** Has the boot loader start `slot` from now on, and `other` not any more. */
  goBackTo: (slot: string, other: string | null) => Promise<void>;
};
