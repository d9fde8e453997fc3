import { getEventListeners } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { machineBoot } from './device-boot.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tideway-boot-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a machine that is asked to boot', () => {
  it('is on its way where the command has said so', async () => {
    expect(await requestWith('exit 0')).toBeNull();
  });

  it('is on its way where the command fails, and the agent is stopped all the same', async () => {
    const stopping = new AbortController();
    const answer = requestWith('echo "Connection reset by peer"; exit 1', {
      stopWithinMs: 120_000,
      agentStopping: stopping.signal,
    });
    await expect.poll(() => getEventListeners(stopping.signal, 'abort').length).toBe(1);
    stopping.abort();
    expect(await answer).toBeNull();
  });

  it.each([
    ['refuses', 'echo "Access denied"; exit 1', /^The device could not be booted: Access denied\.$/],
    ['hangs', 'sleep 1000', /^The device could not be booted: \w+ took longer than 0\.2 s\.$/],
  ])('says why not where the command %s', async (_, script, sentence) => {
    expect(await requestWith(script, { answerWithinMs: 200 })).toMatch(sentence);
  });

  it('says why not where there is no such command', async () => {
    expect(
      await machineBoot({ PATH: folder }, { answerWithinMs: 60_000, stopWithinMs: 1 }).request(
        new AbortController().signal,
      ),
    ).toMatch(/^The device could not be booted: .* is not installed\.$/);
  });
});

/** Asks for a boot with a command that is this shell text. */
async function requestWith(
  script: string,
  { answerWithinMs = 60_000, stopWithinMs = 1, agentStopping = new AbortController().signal } = {},
): Promise<string | null> {
  for (const name of ['systemctl', 'reboot']) {
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const environment = { PATH: `${folder}:${process.env.PATH}` };
  return machineBoot(environment, { answerWithinMs, stopWithinMs }).request(agentStopping);
}
