import type { Deployment } from '@tideway/protocol';
import { countsText, progressBar } from './progress.rules.ts';

/** Shows on standard error how a deployment goes: redrawn in place on a terminal, elsewhere a line for each change. */
export class Progress {
  #shown = '';

  show(deployment: Deployment): void {
    const text = countsText(deployment);
    if (process.stderr.isTTY) this.#draw(progressBar(deployment, process.stderr.columns));
    else if (text !== this.#shown) process.stderr.write(`${deployment.id}: ${text}\n`);
    this.#shown = text;
  }

  /** Says something between two changes. */
  note(text: string): void {
    this.end();
    process.stderr.write(`${text}\n`);
  }

  /** Leaves the last state on the screen. */
  end(): void {
    if (process.stderr.isTTY && this.#shown !== '') process.stderr.write('\n');
    this.#shown = '';
  }

  #draw(bar: string): void {
    process.stderr.write(`\r\u001b[2K${bar}`);
  }
}
