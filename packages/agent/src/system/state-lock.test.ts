import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identifyProcess, processStatus } from './process-identity.ts';
import { findAgent, lockState, StateInUse } from './state-lock.ts';

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

  it('is taken over from a process that has ended, also where nobody asks how', async () => {
    const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 1000']);
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(String(line));
    const identity = identifyProcess(pid);
    while (processStatus(pid)?.state !== 'Z') await delay(20);
    writeFileSync(path.join(folder, 'agent.pid'), JSON.stringify(identity));
    expect(findAgent(folder)).toBeNull();
    lockState(folder)();
    parent.kill('SIGKILL');
  });

  it('is taken over where a power cut has left it empty', () => {
    writeFileSync(path.join(folder, 'agent.pid'), '');
    lockState(folder)();
  });
});
