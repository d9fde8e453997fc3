import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stage } from '@tideway/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist');

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tideway-cli-'));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('the tideway command', () => {
  it('says which setting is wrong and what was expected, in one line', async () => {
    const ended = await tideway(['serve'], { TIDEWAY_PORT: 'abc' });

    expect(ended).toEqual({ code: 1, said: 'tideway: TIDEWAY_PORT must be a number from 0 to 65535, not "abc"\n' });
  });

  it('makes no token before there is an account, and says what to do', async () => {
    const ended = await tideway(['token', 'create'], {});

    expect(ended.code).toBe(1);
    expect(ended.said).toBe('tideway: There is no account yet: start the server once to make it\n');
  });

  it('makes tokens beside a running server, whose data folder no second server gets', async () => {
    const stage = new Stage(programs);
    const url = await stage.startServer();
    const token = await stage.createToken('viewer');
    const listed = await fetch(`${url}/api/v2/projects`, { headers: { authorization: `Bearer ${token}` } });
    const second = await tideway(['serve'], { TIDEWAY_HOME: join(stage.home, 'server') });
    await stage.stop();

    expect(listed.status).toBe(200);
    expect(second.code).toBe(1);
    expect(second.said).toMatch(
      /^tideway: The data folder \S+ is in use by another server \(tideway server \d+ on \S+\)\n$/,
    );
  });
});

/** Runs the command to its end; gives its exit code and what it said on standard error. */
function tideway(
  words: string[],
  env: Record<string, string>,
): Promise<{ code: number | string | null; said: string }> {
  const { DATABASE_URL: _yours, ...environment } = process.env;
  const options = {
    env: { ...environment, TIDEWAY_HOME: home, TIDEWAY_PORT: '0', TIDEWAY_LOG_LEVEL: 'silent', ...env },
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(programs, 'tideway.mjs'), ...words], options, (error, _stdout, said) =>
      resolve({ code: error?.code ?? 0, said }),
    );
  });
}
