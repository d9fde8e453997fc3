import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ClientError } from '../client-error.ts';
import { chooseServer, type KnownServer } from './choose-server.rules.ts';

const keptSchema = z.object({ url: z.string(), token: z.string(), project: z.string().nullable() });

/** The server that commands call, by the last login and the environment. */
export async function currentServer(): Promise<KnownServer> {
  const { TIDEWAY_URL, TIDEWAY_TOKEN } = process.env;
  const chosen = chooseServer(await readKeptServer(), { TIDEWAY_URL, TIDEWAY_TOKEN });
  if ('fault' in chosen) throw new ClientError(chosen.fault);
  return chosen;
}

/** The server of the last login, or null. */
export async function readKeptServer(): Promise<KnownServer | null> {
  const text = await readFile(keptFile(), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new ClientError(`Cannot read ${keptFile()}: ${error.message}`);
  });
  if (text === null) return null;
  const kept = keptSchema.safeParse(jsonOrNull(text));
  if (!kept.success) throw new ClientError(`${keptFile()} is not as \`tideway login\` wrote it: log in again`);
  return kept.data;
}

/** Keeps a server where only this user can read it; it is whole at every moment. */
export async function keepServer(server: KnownServer): Promise<string> {
  const file = keptFile();
  const temporary = `${file}.${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(temporary, `${JSON.stringify(server, null, 2)}\n`, { mode: 0o600 });
    await rename(temporary, file);
  } catch (error) {
    throw new ClientError(`The server cannot be kept: ${error instanceof Error ? error.message : error}`);
  }
  return file;
}

export async function forgetServer(): Promise<void> {
  await rm(keptFile(), { force: true });
}

function keptFile(): string {
  const folder = process.env.XDG_CONFIG_HOME || join(homedir(), '.config');
  return join(folder, 'tideway', 'server.json');
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
