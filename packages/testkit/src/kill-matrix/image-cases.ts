import { hasProgram } from '../../../agent/src/testing/programs.ts';
import { SlotMachine } from '../../../agent/src/testing/slot-machine.ts';
import type { StepCase } from './step-cases.ts';

let machine: SlotMachine;

/** The real installers on a machine with two slots. */
export const imageCases: StepCase[] = (['rauc', 'swupdate'] as const).map((installer) => ({
  type: `image-${installer}`,
  lacks: () => (isAble() ? null : `${needed.join(', ')}, as root`),
  isLongOnly: true,
  pointsEach: 12,
  repeatable: () => true,
  surround: async ({ state, root }) => {
    machine = new SlotMachine(`${state}/boots.json`, root);
    return { environment: machine.environment, remove: () => machine.remove() };
  },
  steps: `
      - name: The system
        uses: tideway/image
        with: { artifact: ${installer}.image, installer: ${installer} }
        on-failure: { revert-all-files: true, trigger-revert: any-step-failure }`,
  artifacts: async () => ({ [`${installer}.image`]: machine.image(installer, 'new') }),
  furnish: (root) => machine.reset(root),
  observe: async () => {
    const current = machine.get('current') === 'A' ? 'A' : 'B';
    return {
      current,
      primary: machine.get('primary'),
      state: machine.get(`state-${current}`),
      content: machine.contentOf(current),
    };
  },
}));

const needed = ['rauc', 'swupdate', 'dbus-daemon', 'mksquashfs', 'openssl', 'cpio'];

function isAble(): boolean {
  return needed.every(hasProgram) && process.getuid?.() === 0;
}
