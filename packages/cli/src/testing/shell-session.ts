import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

const end = '=== end of a command ===';

/** A bash that runs one command after the other, as a person types them; what they start in the background goes on. */
export class ShellSession {
  readonly #bash: ChildProcessWithoutNullStreams;
  #said = '';

  constructor(folder: string, env: Record<string, string>) {
    // A group of its own, so that all that was started in it can be ended.
    this.#bash = spawn('bash', ['--norc'], { cwd: folder, env, detached: true });
    this.#bash.stdin.write('exec 2>&1\n');
  }

  /** Runs a command and gives what it printed. */
  run(command: string): Promise<string> {
    this.#bash.stdin.write(`${command}\ncode=$?; echo; echo '${end}'; (exit $code)\n`);
    return new Promise((resolve) => {
      const listen = (chunk: Buffer) => {
        this.#said += chunk;
        const index = this.#said.indexOf(`\n${end}\n`);
        if (index < 0) return;
        this.#bash.stdout.off('data', listen);
        resolve(this.#said.slice(0, index));
        this.#said = this.#said.slice(index + end.length + 2);
      };
      this.#bash.stdout.on('data', listen);
    });
  }

  /** Ends the shell with all that it has started. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#bash.once('exit', resolve));
    if (this.#bash.pid !== undefined) process.kill(-this.#bash.pid, 'SIGTERM');
    await ended;
  }
}
