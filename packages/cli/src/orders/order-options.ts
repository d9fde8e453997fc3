import { supersedes, updateStatuses } from '@tideway/protocol';
import { type Command, Option } from 'commander';
import { collect } from '../commands/client-command.ts';

/** The flags that select devices; each of them narrows the selection. */
export function addSelectionOptions(command: Command): Command {
  const status = (flag: string, text: string) =>
    new Option(`${flag} <status>`, `${text} (${updateStatuses.join(', ')}); may be repeated`).argParser(collect);
  return command
    .option('--all', 'every device of the project')
    .option('--group <name>', 'devices in this group; repeated: in any of them', collect)
    .option('--device <id or name>', 'this device; repeated: any of them', collect)
    .option('--not-device <id or name>', 'but not this device; may be repeated', collect)
    .option('--tag <name>', 'devices with this tag; repeated: with all of them', collect)
    .option('--not-tag <name>', 'devices without this tag; may be repeated', collect)
    .option('--has-app <name[@version]>', 'devices with this app, in this version; may be repeated', collect)
    .option('--lacks-app <name[@version]>', 'devices that do not have it; may be repeated', collect)
    .addOption(new Option('--state <state>', 'devices in this state').choices(['online', 'offline']))
    .option(
      '--in-deployment <id[:status]>',
      'devices of this deployment, with this status there; may be repeated',
      collect,
    )
    .option('--not-in-deployment <id[:status]>', 'all but those; may be repeated', collect)
    .addOption(status('--last-update', 'devices whose last update has this status'))
    .addOption(status('--not-last-update', 'devices whose last update has another one'));
}

/** When and for how long an order goes on, whatever it deploys. */
export function addTimingOptions(command: Command): Command {
  return command
    .option('--start-at <time>', 'no device begins before, as 2030-01-31T04:00:00Z')
    .option('--expires-in <duration>', 'what is pending then ends, as 2h or 7d')
    .option('--timeout <duration>', "time limit of each device's update; default: the flow's")
    .option('--abort-deadline <duration>', 'how long a device has to confirm an abort')
    .addOption(new Option('--supersede <which>', 'pending updates that this order replaces').choices([...supersedes]))
    .option('--max-failures <number or percentage>', 'when so many have failed no device begins any more, as 3 or 10%');
}

/** The flags of a command that can wait for the deployment that it makes. */
export function addWaitOptions(command: Command): Command {
  return addWaitLimits(command.option('--wait', 'wait until all updates have ended; the exit code says how'));
}

/** What is waited for, and for how long. */
export function addWaitLimits(command: Command): Command {
  const devices = 'online: do not wait for pending updates of devices that are offline';
  return command
    .addOption(new Option('--wait-for <devices>', devices).choices(['all', 'online']))
    .option('--wait-timeout <duration>', 'for how long; default: 30m');
}
