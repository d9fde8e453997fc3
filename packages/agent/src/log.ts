import { masked } from './update/masking.rules.ts';

/** Lines for the people who run the device; a service manager keeps them. */
export type Log = { info: (text: string) => void; warn: (text: string) => void };

/** @param secrets what no line may show, wherever it comes from */
export function createLog(write: (line: string) => void, secrets: string[]): Log {
  const line = (level: string) => (text: string) =>
    write(`${new Date().toISOString()} ${level} ${masked(text, secrets)}\n`);
  return { info: line('info'), warn: line('warn') };
}
