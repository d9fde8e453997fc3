import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootId } from './process-identity.ts';

const container = ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc'];
const folder = mkdtempSync(path.join(tmpdir(), 'tideway-boot-id-'));
const program = path.join(folder, 'boot-id-child.mjs');

beforeAll(async () => {
  const entry = path.join(import.meta.dirname, '../testing/boot-id-child.ts');
  await build({ entryPoints: [entry], outfile: program, bundle: true, platform: 'node', format: 'esm' });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the id of a boot', () => {
  it('stays the same while the device runs, also for other processes', () => {
    expect(bootId()).toContain(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
    expect(execFileSync(process.execPath, [program], { encoding: 'utf8' })).toBe(bootId());
  });

  it('fits into what a server takes', () => {
    expect(`${bootId()}-1000`.length).toBeLessThanOrEqual(64);
  });
});

describe.skipIf(!canMakeContainers())('the id of the boot of a container', () => {
  it('changes with each of its starts, although the kernel stays the same', async () => {
    const script = 'for time in 1 2; do "$0" "$1"; echo; done';
    const first = inContainer('sh', '-c', script, process.execPath, program).trim().split('\n');
    // Starts are told apart by a hundredth of a second.
    await delay(20);
    const second = inContainer('sh', '-c', script, process.execPath, program).trim().split('\n');

    expect(new Set(first).size).toBe(1);
    expect(new Set(second).size).toBe(1);
    expect(new Set([first[0], second[0], bootId()]).size).toBe(3);
  });
});

function inContainer(...words: string[]): string {
  return execFileSync('unshare', [...container, ...words], { encoding: 'utf8' });
}

function canMakeContainers(): boolean {
  return spawnSync('unshare', [...container, 'true']).status === 0;
}
