import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { ClientError } from './client-error.ts';

export function readAllInput(): Promise<string> {
  return text(process.stdin);
}

/** The text of a file, or of standard input where it is called `-`. */
export async function readTextFile(file: string): Promise<string> {
  if (file === '-') return readAllInput();
  return readFile(file, 'utf8').catch(cannotRead);
}

export async function writeTextFile(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: Error) => {
    throw new ClientError(`Cannot write the file: ${error.message}`);
  });
}

/** A file's bytes, piece by piece. */
export async function* readBytes(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file);
  } catch (error) {
    cannotRead(error);
  }
}

/**
 * Asks on the terminal without showing what is typed.
 * @param secret what is asked for, and the options that give it where there is no terminal
 */
export async function askSecretly(question: string, secret: { what: string; instead: string }): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) throw new ClientError(`There is no terminal to ask for the ${secret.what}: use ${secret.instead}`);
  // Before the question, so that nothing that is typed at once is shown.
  stdin.setRawMode(true);
  try {
    stderr.write(question);
    return await readTypedLine(secret.what);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

/** In raw mode keys come as they are: Enter ends the line, backspace takes back, Ctrl-C and Ctrl-D give up. */
async function readTypedLine(what: string): Promise<string> {
  let line = '';
  for await (const chunk of process.stdin.iterator({ destroyOnReturn: false })) {
    for (const key of String(chunk)) {
      if (key === '\r' || key === '\n') return line;
      if (key === '\u0003' || key === '\u0004') throw new ClientError(`No ${what} was given`);
      line = key === '\u007f' || key === '\b' ? line.slice(0, -1) : line + key;
    }
  }
  return line;
}

function cannotRead(error: unknown): never {
  throw new ClientError(error instanceof Error ? `Cannot read the file: ${error.message}` : String(error));
}
