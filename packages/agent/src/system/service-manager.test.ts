import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLog } from '../log.ts';
import { Pulse } from './pulse.ts';
import { ServiceManager } from './service-manager.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tideway-notify-'));
  writeFileSync(path.join(folder, 'heard'), '');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

it('tells one thing after the other, the status only where it is another, and signs of life only while there is life', async () => {
  hear();
  const manager = new ServiceManager(
    { socket: '/run/notify', watchdogMs: 30 },
    createLog(() => undefined, []),
  );
  let isAlive = true;
  manager.say('Connected;\nnothing to do.');
  manager.say('Connected;\nnothing to do.');
  manager.started(() => isAlive);
  await vi.waitUntil(() => heard().filter((line) => line === 'WATCHDOG=1').length > 2, { timeout: 60_000 });
  isAlive = false;
  manager.say('Over.');
  await vi.waitUntil(() => heard().includes('STATUS=Over.'), { timeout: 60_000 });
  expect(heard().slice(0, 3)).toEqual(['STATUS=Connected; nothing to do.', 'READY=1', 'WATCHDOG=1']);
  manager.ending();
  await vi.waitUntil(() => heard().includes('STOPPING=1'), { timeout: 60_000 });
  expect(heard().indexOf('STATUS=Over.')).toBe(heard().length - 2);
});

it('says once that nobody can be told, and goes on', async () => {
  const lines: string[] = [];
  vi.stubEnv('PATH', folder);
  const manager = new ServiceManager(
    { socket: '/run/notify', watchdogMs: null },
    createLog((line) => lines.push(line), []),
  );
  for (const status of ['One.', 'Two.', 'Three.']) manager.say(status);
  await vi.waitUntil(() => lines.length > 0, { timeout: 60_000 });
  manager.started(() => true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(lines).toEqual([expect.stringContaining('The service manager cannot be told STATUS=One.')]);
});

it('takes a loop for dead that is overdue', async () => {
  const pulse = new Pulse();
  expect(pulse.isAlive).toBe(true);
  pulse.expectNextWithin(60_000);
  expect(pulse.isAlive).toBe(true);
  pulse.expectNextWithin(0);
  expect(pulse.isAlive).toBe(false);
});

/** A program in the place of systemd-notify that writes down what it is told. */
function hear(): void {
  const program = path.join(folder, 'systemd-notify');
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$1" >> ${folder}/heard\n`);
  chmodSync(program, 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
}

function heard(): string[] {
  return readFileSync(path.join(folder, 'heard'), 'utf8').split('\n').filter(Boolean);
}
