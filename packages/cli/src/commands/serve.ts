import { createLog, type RunningServer, readConfig, startServer } from '@tideway/server';
import { fail } from './fail.ts';

/** `tideway serve`: runs the server until it is told to stop. */
export async function serve(): Promise<void> {
  const config = readConfig();
  if ('fault' in config) fail(config.fault);
  const server = await startServer(config, createLog(config.logLevel), fail).catch(fail);
  stopOnSignal(server);
  const everywhere = ['::', '0.0.0.0'].includes(config.host) ? ', and at every other address of this machine' : '';
  process.stdout.write(`Tideway listens at ${server.url}${everywhere}\n`);
  if (server.isFirstStart) process.stdout.write(firstSteps(server, config.publicUrl ?? server.url));
}

/** How the first person and the first program get in. */
function firstSteps({ ownerLinkToken }: RunningServer, address: string): string {
  const person =
    ownerLinkToken === null
      ? `Sign in at ${address} with the email and password that were set.`
      : `This link signs its owner in, once, within a day:
${address}/sign-in#${ownerLinkToken}
Another link: npm run --silent tideway -- sign-in-link`;
  return `The account is made. ${person}
A token for programs: npm run --silent tideway -- token create --role owner
`;
}

/** Ctrl-C arrives twice where npm forwards it; the second one within a second must not cut the orderly end short. */
function stopOnSignal(server: RunningServer): void {
  let stopping: number | null = null;
  const stop = (): void => {
    if (stopping !== null && Date.now() - stopping > 1000) process.exit(1);
    if (stopping !== null) return;
    stopping = Date.now();
    server.stop().then(() => process.exit(0), fail);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
