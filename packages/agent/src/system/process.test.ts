import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { CommandNotStarted, runCommand } from './process.ts';
import { processStatus } from './process-identity.ts';

describe('a command', () => {
  it('gives its exit code and its output, with characters whole wherever the pipe tears them', async () => {
    const { end, output } = await run('printf "\\303"; sleep 0.1; printf "\\244"; echo err >&2; exit 3');
    expect(end).toEqual({ exitCode: 3, killedBy: null });
    expect(output).toContain('ä');
    expect(output).toContain('err\n');
  });

  it('has ended when its leader has, and what it left in the background is ended with it', async () => {
    const { output, elapsedMs } = await run('sleep 1000 & echo $!');
    expect(elapsedMs).toBeLessThan(60_000);
    await vi.waitFor(() => expect(isGone(Number(output))).toBe(true), { timeout: 60_000 });
  });

  it('leaves a process alone that has moved to a session of its own', async () => {
    const { output } = await run("echo $(setsid --fork sh -c 'echo $$; exec sleep 1000 >/dev/null')");
    const pid = Number(output);
    expect(isGone(pid)).toBe(false);
    process.kill(pid, 'SIGKILL');
  });

  it('is ended with everything that carries its marker when it is broken off', async () => {
    const breaking = new AbortController();
    const reason = new Error('enough');
    const pids: number[] = [];
    const running = run("setsid sh -c 'echo $$; exec sleep 1000' & sleep 1000", breaking.signal, (text) => {
      pids.push(Number(text));
      breaking.abort(reason);
    });
    await expect(running).rejects.toBe(reason);
    expect(pids.map(isGone)).toEqual([true]);
  });

  it('is killed ten seconds after TERM where it does not heed that', async () => {
    const breaking = new AbortController();
    const reason = new Error('enough');
    const startedMs = performance.now();
    const running = run('trap "" TERM; echo ready; while :; do sleep 0.1; done', breaking.signal, () =>
      breaking.abort(reason),
    );
    await expect(running).rejects.toBe(reason);
    expect(performance.now() - startedMs).toBeGreaterThan(9900);
  });

  it('names a program that is not there', async () => {
    const command = { ...commandOf('', new AbortController().signal, () => undefined), program: 'no-such-program' };
    await expect(runCommand(command)).rejects.toEqual(
      new CommandNotStarted('no-such-program could not be started: it is not installed'),
    );
  });

  it('names what else is missing where its program is there', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tideway-process-'));
    try {
      const program = path.join(folder, 'script');
      writeFileSync(program, '#!/no/such/interpreter\n', { mode: 0o755 });
      const command = commandOf('', new AbortController().signal, () => undefined);
      const gone = path.join(folder, 'gone');
      await expect(runCommand({ ...command, folder: gone })).rejects.toThrow(
        `/bin/sh could not be started: there is no folder ${gone}, in which it is to run`,
      );
      await expect(runCommand({ ...command, program })).rejects.toThrow(
        `${program} could not be started: it is there, but its interpreter or loader seems not to be installed`,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

async function run(
  script: string,
  signal: AbortSignal = new AbortController().signal,
  onOutput: (text: string) => void = () => undefined,
) {
  let output = '';
  const startedMs = performance.now();
  const command = commandOf(script, signal, (text) => {
    output += text;
    if (text !== '') onOutput(text);
  });
  const end = await runCommand(command);
  return { end, output, elapsedMs: performance.now() - startedMs };
}

function commandOf(script: string, signal: AbortSignal, output: (text: string) => void) {
  const environment = { PATH: process.env.PATH ?? '', TIDEWAY_STEP: `process-test-${process.pid}` };
  return { program: '/bin/sh', arguments: ['-c', script], folder: tmpdir(), environment, output, signal };
}

/** Gone, or only waiting for its parent to take note. */
function isGone(pid: number): boolean {
  const status = processStatus(pid);
  return status === null || status.state === 'Z';
}
