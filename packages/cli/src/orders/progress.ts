import type { Deployment } from '@tideway/protocol';
import { printNote } from '../output/print.ts';
import { countsText, progressBar } from './progress.rules.ts';

/** Shows on standard error how a deployment goes: redrawn in place on a terminal, elsewhere a line for each change. */
export class Progress {
  #shown = '';

  show(deployment: Deployment): void {
    const text = countsText(deployment);
    if (process.stderr.isTTY) this.#draw(progressBar(deployment, process.stderr.columns || usualColumns));
    else if (text !== this.#shown) printNote(`${deployment.id}: ${text}`);
    this.#shown = text;
  }

  /** Says something between two changes. */
  note(text: string): void {
    this.end();
    printNote(text);
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

/** Some terminals do not know how wide they are. */
const usualColumns = 80;
