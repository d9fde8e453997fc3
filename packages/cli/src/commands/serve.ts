import { createLog, type RunningServer, readConfig, startServer } from '@tideway/server';
import { Command } from 'commander';
import { fail } from './fail.ts';

/** `tideway serve`: runs the server until it is told to stop. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the server; its settings come from the environment (see docs/settings.md)')
    .action(serve);
}

async function serve(): Promise<void> {
  const config = readConfig();
  if ('fault' in config) fail(config.fault);
  const server = await startServer(config, createLog(config.logLevel), fail).catch(fail);
  stopOnSignal(server);
  process.stdout.write(`Tideway listens at ${server.url}\n`);
  if (server.isFirstStart) {
    process.stdout.write(
      'The account is made. A token for a program: npm run tideway -- token create --role operator\n',
    );
  }
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
