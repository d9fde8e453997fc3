import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Stage } from '@tideway/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { programs } from './testing/command-line.ts';
import { ShellSession } from './testing/shell-session.ts';
import { idsIn, partsOf, type Shown, steady } from './testing/transcript.ts';

const tour = readFileSync(fileURLToPath(new URL('../../../docs/tour.md', import.meta.url)), 'utf8');
const stage = new Stage(programs);
const folder = mkdtempSync(join(tmpdir(), 'tideway-tour-'));
/** What stands in the document, and what it is in this run: the server's address, the user's home, and ids. */
const standsFor = new Map<string, string>();
let shell: ShellSession;

beforeAll(async () => {
  standsFor.set('http://localhost:8080', await stage.startServer());
  writeFileSync(join(folder, 'token'), await stage.createToken('owner'));
  for (const program of ['tideway', 'tideway-agent']) install(program);
  const path = `${join(folder, 'bin')}:${process.env.PATH}`;
  standsFor.set('/home/ada', folder);
  shell = new ShellSession(folder, { PATH: path, HOME: folder });
});

afterAll(async () => {
  await shell.stop();
  await stage.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('the tour through the command line goes as it is written', { timeout: 600_000 }, async () => {
  for (const part of partsOf(tour)) {
    if ('file' in part) writeFileSync(join(folder, part.file), part.text);
    else await follow(part);
  }
});

/** Runs a command; a question is asked again until the answer comes that stands there: devices take their time. */
async function follow({ command, output }: Shown): Promise<void> {
  const isQuestion = /^tideway \S+ (list|show|why|logs)/.test(command);
  const deadline = Date.now() + 120_000;
  for (;;) {
    const printed = await shell.run(inThisRun(command));
    const isSame = steady(withoutIds(printed)) === steady(withoutIds(inThisRun(output)));
    if (isSame) return learnIds(output, printed);
    if (!isQuestion || Date.now() > deadline) {
      expect({ command, printed: steady(printed) }).toEqual({ command, printed: steady(inThisRun(output)) });
    }
    await delay(200);
  }
}

function learnIds(written: string, printed: string): void {
  const ids = idsIn(printed);
  for (const [index, id] of idsIn(written).entries()) standsFor.set(id, ids[index] ?? '');
}

function inThisRun(text: string): string {
  return [...standsFor].reduce((done, [written, real]) => done.replaceAll(written, real), text);
}

function withoutIds(text: string): string {
  return idsIn(text).reduce((done, id) => done.replaceAll(id, `${id.split('-')[0]}-…`), text);
}

function install(program: string): void {
  const file = join(folder, 'bin', program);
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${join(programs, `${program}.mjs`)}' "$@"\n`);
  chmodSync(file, 0o755);
}
