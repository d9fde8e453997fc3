import { Command } from 'commander';
import { type Agent, startAgent } from './app.ts';
import { JoinRefused } from './channel/connection.ts';
import { ConfigFault, type Options, readConfig } from './config.ts';
import { createLog } from './log.ts';
import { StateInUse } from './system/state-lock.ts';
import { agentVersion } from './version.ts';

const program = new Command('tideway-agent')
  .description('Carries out the updates of a Tideway server on this device')
  .version(agentVersion);

program
  .command('run')
  .description('Join the server if need be, and carry out updates until stopped')
  .option('--server <url>', 'address of the server (TIDEWAY_SERVER)')
  .option('--pairing-token <token>', 'lets this device join a project (TIDEWAY_PAIRING_TOKEN)')
  .option('--claim-token <token>', 'makes this the device that was entered beforehand (TIDEWAY_CLAIM_TOKEN)')
  .option('--name <name>', 'name wished for (TIDEWAY_NAME)')
  .option('--group <name>', 'group to join (TIDEWAY_GROUP)')
  .option('--app <name>', 'app that the device carries now (TIDEWAY_APP)')
  .option('--app-version <version>', 'version of that app (TIDEWAY_APP_VERSION)')
  .option('--state <folder>', 'key, journal and the like; default /var/lib/tideway-agent (TIDEWAY_STATE)')
  .option('--root <folder>', 'stands for / in the paths of steps; default / (TIDEWAY_ROOT)')
  .action(run);

await program.parseAsync();

async function run(options: Options): Promise<void> {
  try {
    const agent = startAgent(
      readConfig(options),
      createLog((line) => process.stderr.write(line)),
    );
    stopOnSignal(agent);
    await agent.ended;
  } catch (error) {
    console.error(sentenceOf(error) ?? error);
    process.exit(1);
  }
}

function stopOnSignal(agent: Agent): void {
  let firstAtMs: number | null = null;
  const stop = async () => {
    // Ctrl-C under npm arrives twice at once; only a later one means that somebody has lost patience.
    if (firstAtMs !== null && performance.now() - firstAtMs > 1500) process.exit(1);
    if (firstAtMs !== null) return;
    firstAtMs = performance.now();
    await agent.stop();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** Null for what nobody foresaw. */
function sentenceOf(error: unknown): string | null {
  if (error instanceof ConfigFault || error instanceof StateInUse || error instanceof JoinRefused) return error.message;
  if (!(error instanceof Error) || !('code' in error) || !('path' in error)) return null;
  const isOfFolders = ['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR'].includes(String(error.code));
  return isOfFolders
    ? `${error.message}. Start as root, or set --state and --root to folders that can be written.`
    : null;
}
