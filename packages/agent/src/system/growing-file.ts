import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { hasCode } from './files.ts';

/** A text file that is only ever added to. It is not forced to the disk: a power cut may cost its end. */
export class GrowingFile {
  private readonly file: string;
  private size: number;

  constructor(file: string) {
    this.file = file;
    this.size = sizeOf(file);
  }

  get bytes(): number {
    return this.size;
  }

  append(text: string): void {
    try {
      appendFileSync(this.file, text, { mode: 0o600 });
    } catch (error) {
      // A step that fills the disk or removes its folder, or a disk that breaks, loses its output and not its update.
      if (!hasCode(error, 'ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'ENOENT')) throw error;
    }
    this.size = sizeOf(this.file);
  }

  /** The text from `offset` (in bytes) to the end. */
  readFrom(offset: number): string {
    return this.size <= offset ? '' : readFileSync(this.file).toString('utf8', offset);
  }
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}
