import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

type Environment = Record<string, string>;

/** What a run of the program came to: its exit code, standard output and standard error. */
export type Ended = { code: number | null; out: string; said: string };

/** The bundled programs. */
export const programs = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'dist');

/** The `tideway` program as a user with a home of his own runs it; the home is a folder for files, too. */
export class CommandLine {
  readonly home = mkdtempSync(join(tmpdir(), 'tideway-user-'));
  readonly env: Environment;

  /** @param env settings beside those of this process, as TIDEWAY_URL */
  constructor(env: Environment = {}) {
    this.env = env;
  }

  /** Runs a command to its end. */
  async run(words: string[], { input = '', env = {} }: { input?: string; env?: Environment } = {}): Promise<Ended> {
    const child = this.start(words, env);
    child.stdin.end(input);
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [out, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await ended, out, said };
  }

  /** Runs a command that has to succeed, and gives the JSON that it prints. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came back, and fails where it is not as it says
  async json(...words: string[]): Promise<any> {
    const { code, out, said } = await this.run([...words, '--json']);
    if (code !== 0) throw new Error(`tideway ${words.join(' ')} ended with ${code}: ${said}`);
    return JSON.parse(out);
  }

  start(words: string[], env: Environment = {}): ChildProcessWithoutNullStreams {
    const { TIDEWAY_URL: _url, TIDEWAY_TOKEN: _token, TIDEWAY_PROJECT: _project, ...yours } = process.env;
    return spawn(process.execPath, [join(programs, 'tideway.mjs'), ...words], {
      env: { ...yours, XDG_CONFIG_HOME: join(this.home, 'config'), TZ: 'UTC', ...this.env, ...env },
      cwd: this.home,
    });
  }

  end(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
