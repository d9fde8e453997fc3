import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { type Agent, startAgent } from './app.ts';
import { DeviceUnknown, JoinRefused } from './channel/connection.ts';
import { type Config, ConfigFault, type Options, readConfig, stateFolderOf } from './config.ts';
import { joinServer, NotJoined } from './join-server.ts';
import { createLog, type Log } from './log.ts';
import { block, CommandFault, logs, next, status, unblock } from './operator/commands.ts';
import { stopWithLauncher } from './program/launcher-watch.ts';
import { ownFile, ownKind } from './program/own-program.ts';
import { ProgramFolder } from './program/program-folder.ts';
import { untilWritable } from './system/disk-reserve.ts';
import { DamagedState, StateNotWritable } from './system/json-file.ts';
import { ServiceManager } from './system/service-manager.ts';
import { StateInUse } from './system/state-lock.ts';
import { agentVersion } from './version.ts';

/** To the launcher: another program stands in the place of this one. */
const startMeAnew = 75;

const stateOption = [
  '--state <folder>',
  'key, journal and the like; default /var/lib/tideway-agent (TIDEWAY_STATE)',
] as const;

const program = new Command('tideway-agent')
  .description('Carries out the updates of a Tideway server on this device')
  .version(agentVersion);

withServer('run', 'Join the server if need be, and carry out updates until stopped')
  .option('--root <folder>', 'stands for / in the paths of steps; default / (TIDEWAY_ROOT)')
  .option(
    '--max-download-rate <bytes>',
    'bytes a second, as 500kB or 2MB; default no limit (TIDEWAY_MAX_DOWNLOAD_RATE)',
  )
  .option('--cache-size <bytes>', 'for artifacts of earlier updates; default 256MB (TIDEWAY_CACHE_SIZE)')
  .option('--keep-free <bytes>', 'room that updates leave on the disk, as 200MB or 5% (TIDEWAY_KEEP_FREE)')
  .option('--no-self-update', 'stay this version, whatever the server gives out (TIDEWAY_SELF_UPDATE=off)')
  .action(({ selfUpdate, ...options }) => run(selfUpdate ? options : { ...options, selfUpdate: 'off' }));

withServer('join', 'Join the server, or see whether it still knows this device; print its id, and end').action(join);

function withServer(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--server <url>', 'address of the server (TIDEWAY_SERVER)')
    .option('--pairing-token <token>', 'lets this device join a project (TIDEWAY_PAIRING_TOKEN)')
    .option('--claim-token <token>', 'makes this the device that was entered beforehand (TIDEWAY_CLAIM_TOKEN)')
    .option('--name <name>', 'name wished for (TIDEWAY_NAME)')
    .option('--group <name>', 'group to join (TIDEWAY_GROUP)')
    .option('--app <name>', 'app that the device carries now (TIDEWAY_APP)')
    .option('--app-version <version>', 'version of that app (TIDEWAY_APP_VERSION)')
    .option(...stateOption);
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

program
  .command('lay-out')
  .description('put this program into a folder where it can replace itself; prints the command that starts it there')
  .argument('<folder>')
  .action(layOut);

program
  .command('next')
  .description('say what this device does next, or why not, and when')
  .option(...stateOption)
  .action((options) => obey(options, next));

program
  .command('logs')
  .description('show the output of the update that this device is at, or of its last one')
  .option(...stateOption)
  .option('-f, --follow', 'go on until the update has ended')
  .action((options) => obey(options, (folder) => logs(folder, options.follow === true)));

// Not awaited here: an executable is built from CommonJS, which cannot.
void program.parseAsync();

async function run(options: Options): Promise<void> {
  try {
    const config = readConfig(options);
    const log = createLog((line) => process.stderr.write(line), config.token === null ? [] : [config.token]);
    const serviceManager = new ServiceManager(config.serviceManager, log);
    let agent: Agent | null = null;
    stopOnSignal(async () => {
      serviceManager.ending();
      await agent?.stop();
    });
    if (config.launched) stopWithLauncher(config.launched.launcher);
    for (;;) {
      agent = await start(config, log, serviceManager);
      const end = await endOf(agent, config, log, serviceManager);
      if (end === 'stopped') return;
      await agent.stop();
      if (end === 'replaced') process.exit(startMeAnew);
    }
  } catch (error) {
    console.error(sentenceOf(error) ?? error);
    process.exit(1);
  }
}

async function join(options: Options): Promise<void> {
  try {
    const config = readConfig(options);
    const log = createLog((line) => process.stderr.write(line), config.token === null ? [] : [config.token]);
    console.log(await joinServer(config, log));
  } catch (error) {
    console.error(sentenceOf(error) ?? error);
    process.exitCode = 1;
  }
}

/** Starts the agent, as soon as its disk takes what it has to write. */
async function start(config: Config, log: Log, serviceManager: ServiceManager): Promise<Agent> {
  for (;;) {
    try {
      return startAgent(config, log, serviceManager);
    } catch (error) {
      await waitForDisk(error, config, log, serviceManager);
    }
  }
}

/** How the agent has ended. Where its disk took nothing any more, it begins anew when that is over. */
async function endOf(
  agent: Agent,
  config: Config,
  log: Log,
  serviceManager: ServiceManager,
): Promise<'stopped' | 'restart' | 'replaced'> {
  try {
    return await agent.ended;
  } catch (error) {
    await waitForDisk(error, config, log, serviceManager);
    return 'restart';
  }
}

/** Throws the error where it is no matter of the disk. */
async function waitForDisk(
  error: unknown,
  { stateFolder }: Config,
  log: Log,
  serviceManager: ServiceManager,
): Promise<void> {
  if (!(error instanceof StateNotWritable) || !existsSync(stateFolder)) throw error;
  log.warn(`${error.message} The agent goes on when it can be.`);
  serviceManager.say(error.message);
  serviceManager.started(() => true);
  await untilWritable(stateFolder);
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

async function layOut(folder: string): Promise<void> {
  try {
    const programs = new ProgramFolder(folder);
    await programs.layOut(agentVersion, ownKind(), ownFile());
    console.log(programs.launcher);
  } catch (error) {
    console.error(sentenceOf(error) ?? error);
    process.exitCode = 1;
  }
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
  if (error instanceof CommandFault || error instanceof DamagedState) return error.message;
  if (error instanceof StateNotWritable) return error.message;
  if (error instanceof DeviceUnknown || error instanceof NotJoined) return error.message;
  if (!(error instanceof Error) || !('code' in error) || !('path' in error)) return null;
  const isOfFolders = ['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR'].includes(String(error.code));
  return isOfFolders
    ? `${error.message}. Start as root, or set --state and --root to folders that can be written.`
    : null;
}
