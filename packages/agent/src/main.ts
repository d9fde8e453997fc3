import { Command } from 'commander';
import { startAgent } from './app.ts';
import { DeviceUnknown, JoinRefused } from './channel/connection.ts';
import { ConfigFault, type Options, readConfig, stateFolderOf } from './config.ts';
import { joinServer, NotJoined } from './join-server.ts';
import { createLog } from './log.ts';
import { block, CommandFault, status, unblock } from './operator/commands.ts';
import { ServiceManager } from './system/service-manager.ts';
import { StateInUse } from './system/state-lock.ts';
import { agentVersion } from './version.ts';

const stateOption = [
  '--state <folder>',
  'key, journal and the like; default /var/lib/tideway-agent (TIDEWAY_STATE)',
] as const;

const program = new Command('tideway-agent')
  .description('Carries out the updates of a Tideway server on this device')
  .version(agentVersion);

for (const [name, description, action] of [
  ['run', 'Join the server if need be, and carry out updates until stopped', run],
  ['join', 'Join the server, or see whether it still knows this device; print its id, and end', join],
] as const) {
  program
    .command(name)
    .description(description)
    .option('--server <url>', 'address of the server (TIDEWAY_SERVER)')
    .option('--pairing-token <token>', 'lets this device join a project (TIDEWAY_PAIRING_TOKEN)')
    .option('--claim-token <token>', 'makes this the device that was entered beforehand (TIDEWAY_CLAIM_TOKEN)')
    .option('--name <name>', 'name wished for (TIDEWAY_NAME)')
    .option('--group <name>', 'group to join (TIDEWAY_GROUP)')
    .option('--app <name>', 'app that the device carries now (TIDEWAY_APP)')
    .option('--app-version <version>', 'version of that app (TIDEWAY_APP_VERSION)')
    .option(...stateOption)
    .option('--root <folder>', 'stands for / in the paths of steps; default / (TIDEWAY_ROOT)')
    .action(action);
}

program
  .command('block')
  .description('let no new update begin on this device until `unblock`; what runs goes on')
  .argument('[reason]', 'shown to whoever asks why the device is not updating')
  .option(...stateOption)
  .action((reason, options) => obey(options, (folder) => block(folder, reason ?? null)));

program
  .command('unblock')
  .description('let updates begin again')
  .option(...stateOption)
  .action((options) => obey(options, unblock));

program
  .command('status')
  .description('say what the agent of this device is at')
  .option(...stateOption)
  .option('--json', 'as JSON')
  .action((options) => obey(options, (folder) => status(folder, options.json === true)));

await program.parseAsync();

async function run(options: Options): Promise<void> {
  try {
    const config = readConfig(options);
    const log = createLog((line) => process.stderr.write(line));
    const serviceManager = new ServiceManager(config.serviceManager, log);
    let agent = startAgent(config, log, serviceManager);
    stopOnSignal(async () => {
      serviceManager.ending();
      await agent.stop();
    });
    while ((await agent.ended) === 'restart') {
      await agent.stop();
      agent = startAgent(config, log, serviceManager);
    }
  } catch (error) {
    console.error(sentenceOf(error) ?? error);
    process.exit(1);
  }
}

async function join(options: Options): Promise<void> {
  try {
    const log = createLog((line) => process.stderr.write(line));
    console.log(await joinServer(readConfig(options), log));
  } catch (error) {
    console.error(sentenceOf(error) ?? error);
    process.exitCode = 1;
  }
}

function stopOnSignal(stop: () => Promise<void>): void {
  let firstAtMs: number | null = null;
  const onSignal = async () => {
    // Ctrl-C under npm arrives twice at once; only a later one means that somebody has lost patience.
    if (firstAtMs !== null && performance.now() - firstAtMs > 1500) process.exit(1);
    if (firstAtMs !== null) return;
    firstAtMs = performance.now();
    await stop();
    process.exit(0);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function obey(options: Options, command: (stateFolder: string) => Promise<boolean>): Promise<void> {
  try {
    process.exitCode = (await command(stateFolderOf(options))) ? 0 : 1;
  } catch (error) {
    console.error(sentenceOf(error) ?? error);
    process.exitCode = 1;
  }
}

/** Null for what nobody foresaw. */
function sentenceOf(error: unknown): string | null {
  if (error instanceof ConfigFault || error instanceof StateInUse || error instanceof JoinRefused) return error.message;
  if (error instanceof CommandFault || error instanceof DeviceUnknown || error instanceof NotJoined)
    return error.message;
  if (!(error instanceof Error) || !('code' in error) || !('path' in error)) return null;
  const isOfFolders = ['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR'].includes(String(error.code));
  return isOfFolders
    ? `${error.message}. Start as root, or set --state and --root to folders that can be written.`
    : null;
}
