/** Lines for the people who run the device; a service manager keeps them. */
export type Log = { info: (text: string) => void; warn: (text: string) => void };

export function createLog(write: (line: string) => void): Log {
  const line = (level: string) => (text: string) => write(`${new Date().toISOString()} ${level} ${text}\n`);
  return { info: line('info'), warn: line('warn') };
}
