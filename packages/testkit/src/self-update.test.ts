import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  agentFiles,
  count,
  deploysTo,
  device,
  giveOut,
  goesBackFrom,
  home,
  statusOf,
  survivesCutInAgent,
  survivesCutInLauncher,
  useInstalledAgents,
} from './fixtures/installed-agent.ts';

useInstalledAgents();

describe('an agent that is laid out', () => {
  it('replaces itself by the program that the server gives out, and goes back to an older one as well', async () => {
    giveOut('2.0.0');
    device.start();
    await device.runs('2.0.0');
    await device.until(() => device.isProven('2.0.0'));
    expect([device.word('current'), device.word('previous')]).toEqual(['2.0.0', '1.0.0']);
    await device.end();

    giveOut('1.0.0');
    device.start();
    await device.runs('1.0.0');
    await device.until(() => device.word('previous') === '2.0.0' && device.isProven('1.0.0'));
    expect(await device.end()).toBe(0);
  });

  it('goes back from one that crashes at its start, says so, and does not try it again', async () => {
    await goesBackFrom('console.error("oh"); process.exit(3);', 'crashed with exit code 3');
  });

  it('takes no program whose bytes are others than the manifest says', async () => {
    const manifest = giveOut('2.0.0');
    writeFileSync(join(agentFiles, 'tideway-agent.mjs'), 'x'.repeat(manifest.files[0]?.size ?? 0));
    device.start();
    await device.logged(/The program 2\.0\.0 was not taken: .* did not arrive as it was ordered/);
    expect(device.word('current')).toBe('1.0.0');
    expect(existsSync(device.file('versions', '2.0.0', 'tideway-agent.mjs'))).toBe(false);
    await deploysTo(device);
  });

  it('carries an update out to its end first, and only then replaces itself', async () => {
    device.start();
    await device.runs('1.0.0');
    const gate = join(home, `gate-${count}`);
    const script = `touch ${gate}.begun; while [ ! -e ${gate} ]; do sleep 0.1; done`;
    const deployment = await device.deploy(script);
    await device.until(() => existsSync(`${gate}.begun`));
    giveOut('2.0.0');
    await device.sayHelloAgain();
    const processBefore = await device.agentProcess();
    await delay(500);
    expect([await device.agentProcess(), device.word('current')]).toEqual([processBefore, '1.0.0']);
    writeFileSync(gate, '');
    await device.until(async () => (await statusOf(deployment)) === 'success');
    await device.runs('2.0.0');
  });

  it('stops when its launcher is gone, and is there again with the next one', async () => {
    device.start();
    await device.runs('1.0.0');
    const agent = await device.agentProcess();
    device.kill('SIGKILL');
    await device.until(() => !existsSync(`/proc/${agent}`));
    device.start();
    await device.runs('1.0.0');
    await deploysTo(device);
  });
});

// All the other points, and what else takes long, are in self-update.long.test.ts.
describe('a power cut', () => {
  it('between the two words of an agent that replaces itself leaves a program that works', async () => {
    await survivesCutInAgent('after change 2');
  });

  it('between the two words of a launcher that goes back leaves a program that works', async () => {
    await survivesCutInLauncher('before the change of current');
  });
});
