import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  deploysTo,
  device,
  giveOut,
  goesBackFrom,
  survivesCutInAgent,
  survivesCutInLauncher,
  useInstalledAgents,
} from './fixtures/installed-agent.ts';

useInstalledAgents();

describe('an agent that is laid out', () => {
  it.each([
    ['that is no program', 'this is not (JavaScript', 'crashed with exit code 1'],
    ['that ends as if all were well', 'console.error("bye");', 'crashed with exit code 0'],
  ])('goes back from one %s, says so, and does not try it again', async (_what, text, fault) => {
    await goesBackFrom(text, fault);
  });

  it('goes back from one that starts and never reaches the server', async () => {
    await goesBackFrom('setInterval(() => {}, 1000);', 'silent', '2');
  });

  it('takes the next program after one that it has given up', async () => {
    giveOut('2.0.0', 'process.exit(1)');
    device.start();
    await device.logged(/2\.0\.0 has not proved itself/);
    await device.runs('1.0.0');
    await device.end();
    giveOut('2.0.1');
    device.start();
    await device.runs('2.0.1');
  });

  it('stays what it is where it is told to', async () => {
    giveOut('2.0.0');
    device.start(['--no-self-update']);
    await device.runs('1.0.0');
    await deploysTo(device);
    expect([device.word('current'), device.isProven('1.0.0')]).toEqual(['1.0.0', true]);
  });

  it('does not replace itself while it is blocked', async () => {
    device.start();
    await device.runs('1.0.0');
    await device.command('block', 'harvest');
    giveOut('2.0.0');
    await device.end();
    device.start();
    await device.until(() => /Blocked|server http/.test(device.log));
    await delay(1500);
    expect(device.word('current')).toBe('1.0.0');
    await device.command('unblock');
    await device.runs('2.0.0');
  });

  it('ends with its launcher, in order, and passes the end of a proven program on', async () => {
    device.start();
    await device.runs('1.0.0');
    expect(await device.end()).toBe(0);
    device.start();
    await device.until(async () => (await device.agentProcess()) !== null);
    const [code] = await Promise.all([once(device.launcher(), 'exit'), device.killAgent()]);
    expect(code).toEqual([137, null]);
  });
});

describe('a power cut', () => {
  it.each([1, 2, 3].flatMap((nth) => [`before change ${nth}`, `after change ${nth}`]))(
    '%s of the folder by an agent that replaces itself leaves a program that works',
    survivesCutInAgent,
  );

  it.each(['starts', 'rejected', 'current'].flatMap((name) => [`before the change of ${name}`, `after it ${name}`]))(
    '%s by the launcher leaves a program that works',
    survivesCutInLauncher,
  );
});
