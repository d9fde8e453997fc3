import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runStepFixture } from '../testing/flow-fixtures.ts';
import { hasProgram } from '../testing/programs.ts';
import { SlotMachine } from '../testing/slot-machine.ts';
import { StepPlace } from '../testing/step-context.ts';
import { capabilitiesOf } from './executors.ts';
import { imageStep } from './image.ts';
import { StepFailure, type StepOf } from './step.ts';

const needed = ['rauc', 'swupdate', 'dbus-daemon', 'mksquashfs', 'openssl', 'cpio'];
const isAble = needed.every(hasProgram) && process.getuid?.() === 0;

/** Slots as each installer names them. */
const slotNames = { rauc: { A: 'rootfs.0', B: 'rootfs.1' }, swupdate: { A: 'A', B: 'B' } };

let place: StepPlace;
let machine: SlotMachine;
let boots: number;
let isBootAsked: boolean;

beforeEach(() => {
  if (!isAble) return;
  place = new StepPlace();
  machine = new SlotMachine(path.join(place.folder, 'boots'), place.root);
  boots = 0;
  isBootAsked = false;
});
afterEach(() => {
  if (!isAble) return;
  machine.remove();
  place.remove();
});

describe.skipIf(!isAble).each(['rauc', 'swupdate'] as const)('an image step with %s', (installer) => {
  const names = slotNames[installer];

  it('is done when the device runs from the new slot, and goes back to the old one', async () => {
    await run('new');
    expect(isBootAsked).toBe(true);
    expect([machine.contentOf('A'), machine.contentOf('B')]).toEqual([expect.stringMatching(/^old/), 'new']);
    boot();
    await confirm('run');
    expect([machine.get('current'), machine.get('state-B')]).toEqual(['B', 'good']);

    await undo();
    expect(isBootAsked).toBe(true);
    expect([machine.get('primary'), machine.get('state-B')]).toEqual(['A', 'bad']);
    boot();
    await confirm('undo');
    expect([machine.get('current'), machine.get('state-A')]).toEqual(['A', 'good']);
    await undo();
    expect(isBootAsked).toBe(false);
  });

  it('fails when the device falls back to the old slot, and needs no boot to be undone then', async () => {
    await run('new');
    machine.setBroken('B', true);
    boot();
    const failure = await confirm('run').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StepFailure);
    expect(failure).toMatchObject({
      reason: 'fell_back',
      message: `The device fell back to ${names.A}: ${names.B}, where the image is, did not start.`,
    });
    await undo();
    expect(isBootAsked).toBe(false);
    expect([machine.get('primary'), machine.get('state-B')]).toEqual(['A', 'bad']);
    machine.setBroken('B', false);
    await run('newer');
    boot();
    await confirm('run');
    expect(machine.contentOf('B')).toBe('newer');
  });

  it('installs nothing that was tampered with, or is for another board', async () => {
    const bytes = image('new');
    const tampered = Buffer.from(bytes);
    tampered.writeUInt8(tampered.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    for (const bad of [tampered, machine.image(installer, 'new', 'board-2'), Buffer.from('no image')]) {
      const failure = await runBytes(bad).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        reason: 'image_refused',
        message: expect.stringMatching(/ did not install the image: .+\.$/),
      });
      expect([machine.get('primary'), isBootAsked]).toEqual(['A', false]);
    }
    await undo();
    expect(isBootAsked).toBe(false);
  });

  it('does not install again what was installed when it was broken off, and boots', async () => {
    await run('new');
    await runBytes(Buffer.from('this would be refused'));
    expect(isBootAsked).toBe(true);
    boot();
    await confirm('run');
  });

  it('is done where the device booted into the new slot before that could be noted', async () => {
    await run('new');
    boot();
    await run('new');
    expect([isBootAsked, machine.get('current'), machine.get('state-B')]).toEqual([false, 'B', 'good']);
    await undo();
    expect([isBootAsked, machine.get('primary')]).toEqual([true, 'A']);
  });

  it('says that a device which does not know its slot cannot be updated so', async () => {
    machine.environment.DBUS_SYSTEM_BUS_ADDRESS = 'unix:path=/nowhere';
    machine.set('boots', '');
    rmSync(path.join(machine.folder, 'state/current'));
    if (installer === 'swupdate')
      writeFileSync(path.join(machine.folder, 'bin/tideway-boot-slot'), '#!/bin/sh\nexit 1\n');
    await expect(runBytes(Buffer.from(''), 0)).rejects.toMatchObject({ reason: 'slots_unknown' });
    await undo();
  });

  async function run(text: string): Promise<void> {
    await runBytes(image(text));
  }

  function image(text: string): Buffer {
    return machine.image(installer, text);
  }

  async function runBytes(bytes: Buffer, within = 30): Promise<void> {
    isBootAsked = false;
    place.addArtifact('image', bytes);
    await imageStep.run(stepOf(within), context());
  }

  async function confirm(after: 'run' | 'undo'): Promise<void> {
    await imageStep.confirm?.(stepOf(), context(), after);
  }

  async function undo(): Promise<void> {
    isBootAsked = false;
    await imageStep.undo?.(stepOf(), context());
  }

  function stepOf(within = 30): StepOf<'image'> {
    const { uses: _uses, ...rest } = runStepFixture('Install the system', '');
    const artifact = { artifact: 'image', registry: null, sha256: null };
    return { ...rest, uses: 'image', with: { ...artifact, installer, confirm_within_s: within } };
  }
});

describe.skipIf(!isAble)('what an agent says of image steps', () => {
  it('names the installers that are there', () => {
    const { environment } = machine;
    const capabilities = (env: Record<string, string>) => capabilitiesOf(env).filter((one) => one.startsWith('image'));
    expect(capabilities(environment)).toEqual(['image', 'image/rauc', 'image/swupdate']);
    // SWUpdate alone does not say which slot runs.
    rmSync(path.join(machine.folder, 'bin/tideway-boot-slot'));
    expect(capabilities(environment)).toEqual(['image', 'image/rauc']);
    expect(capabilities({ PATH: '/nowhere' })).toEqual([]);
  });
});

function boot(): void {
  boots += 1;
  isBootAsked = false;
  writeFileSync(path.join(place.folder, 'boots'), String(boots));
}

function context() {
  return place.context({
    environment: machine.environment,
    askForBoot: () => {
      isBootAsked = true;
    },
  });
}
