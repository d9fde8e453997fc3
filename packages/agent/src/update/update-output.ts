import path from 'node:path';
import { GrowingFile } from '../system/growing-file.ts';
import { createMasker, type Masker, masked } from './masking.rules.ts';
import { beginningOf, createStepOutput, maxOutputBytes } from './output.rules.ts';

/** The output of one update: kept in its folder, without secrets, and read from there to be sent. */
export class UpdateOutput {
  private readonly file: GrowingFile;
  private readonly secrets: string[];
  private readonly onLive: (stepRunsForS: number) => void;
  private masker: Masker | null = null;
  private isLineOpen = false;

  /** @param onLive told of what a step says while it runs, and for how many seconds it has been running */
  constructor(folder: string, secrets: readonly string[], onLive: (stepRunsForS: number) => void = () => {}) {
    this.file = new GrowingFile(path.join(folder, 'output'));
    this.secrets = [...secrets];
    this.onLive = onLive;
  }

  /** Opens the part of one act, under a line with the time and what is done. */
  openPart(title: string): OutputPart {
    this.append(`${this.isLineOpen ? '\n' : ''}[${new Date().toISOString()}] ${title}\n`);
    const masker = createMasker(this.secrets);
    this.masker = masker;
    const kept = createStepOutput(this.roomBytes);
    const begunMs = performance.now();
    const runsForS = () => (performance.now() - begunMs) / 1000;
    let isEnded = false;
    return {
      write: (text) => {
        if (isEnded) return;
        const live = kept.add(masker.add(text), runsForS());
        this.append(live);
        if (live !== '') this.onLive(runsForS());
      },
      end: (succeeded) => {
        if (isEnded) return;
        isEnded = true;
        this.append(kept.add(masker.end(), runsForS()));
        this.append(kept.end(succeeded, this.roomBytes));
      },
    };
  }

  /** Masks these as well from now on. */
  hide(secrets: readonly string[]): void {
    const unknown = secrets.filter((secret) => !this.secrets.includes(secret));
    this.secrets.push(...unknown);
    this.masker?.hide(unknown);
  }

  /** A text without the secrets of the update. */
  masked(text: string): string {
    return masked(text, this.secrets);
  }

  /** What is kept from `offset` (in bytes) on, at most so many bytes; empty where there is no more. */
  read(offset: number, bytes: number): string {
    return beginningOf(this.file.readFrom(offset), bytes);
  }

  private get roomBytes(): number {
    return maxOutputBytes - this.file.bytes;
  }

  private append(text: string): void {
    const fitting = beginningOf(text, this.roomBytes);
    if (fitting === '') return;
    this.file.append(fitting);
    this.isLineOpen = !fitting.endsWith('\n');
  }
}

/** Takes the output of one act. What comes after its end is dropped. */
export type OutputPart = { write: (text: string) => void; end: (succeeded: boolean) => void };
