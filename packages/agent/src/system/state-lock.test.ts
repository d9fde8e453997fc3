import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identifyProcess } from './process-identity.ts';
import { lockState, StateInUse } from './state-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tideway-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the lock of a state folder', () => {
  it('is held by a living process and free again when it is released', () => {
    const unlock = lockState(folder);
    expect(() => lockState(folder)).toThrow(StateInUse);
    unlock();
    expect(existsSync(path.join(folder, 'agent.pid'))).toBe(false);
    lockState(folder)();
  });

  it('is taken over from a process that is gone, also where its number lives on', () => {
    const own = identifyProcess(process.pid);
    for (const stale of [
      { ...own, start_time: '1' },
      { ...own, boot_id: 'earlier' },
      { ...own, pid: 2 ** 22 + 1 },
    ]) {
      writeFileSync(path.join(folder, 'agent.pid'), JSON.stringify(stale));
      lockState(folder)();
    }
  });

  it('is taken over where a power cut has left it empty', () => {
    writeFileSync(path.join(folder, 'agent.pid'), '');
    lockState(folder)();
  });
});
