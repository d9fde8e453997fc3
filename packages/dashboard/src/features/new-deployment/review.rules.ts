import type { DryRun } from '@tideway/protocol';
import { countText, numberText } from '../../platform/ui/number-text.ts';
import type { OrderField } from './order-faults.rules.ts';
import type { OrderBody } from './order-values.rules.ts';

/** What stands beside flow, devices, app and parameters, by the names of its fields: all that was set. */
export function setFacts(body: OrderBody): [OrderField, string][] {
  const { comment } = body.deployment_configuration;
  const { configuration, supersede, max_failures: maxFailures } = body;
  const facts: [OrderField, string | undefined][] = [
    ['comment', comment],
    ['startAt', body.schedule?.start_at],
    ['expiresIn', body.expires_in],
    ['timeout', body.timeout],
    ['abortDeadline', body.abort_deadline],
    ['supersede', supersede && supersede !== 'none' ? replacedWords[supersede] : undefined],
    ['maxFailures', maxFailures === undefined ? undefined : limitText(maxFailures)],
    ['configuration', configuration && JSON.stringify(configuration, null, 2)],
  ];
  return facts.filter((fact): fact is [OrderField, string] => fact[1] !== undefined);
}

const replacedWords = {
  same_flow: 'pending updates of the same flow',
  same_app: 'pending updates of the same app',
};

function limitText(limit: number | string): string {
  return typeof limit === 'number' ? countText(limit, 'update') : limit;
}

/** Whether an order asks before it is placed: for all devices, which nobody has said that they want, and which are several. */
export function isAskedFirst(body: OrderBody, dry: DryRun): boolean {
  return isUnrestricted(body) && dry.devices > 1;
}

/** From so many devices on, an order without a failure limit is worth a word. */
const manyDevices = 10;

/** What somebody should know before they deploy, in words. */
export function orderNotes(body: OrderBody, dry: DryRun): string[] {
  const { devices, by_state: states } = dry;
  const { device_ids: picked = [], expires_in: expiresIn } = body;
  const left = picked.length - devices;
  return [
    ...(isUnrestricted(body) ? ['The deployment goes to every device of the project.'] : []),
    ...(left > 0 ? [leftOut(left, picked.length)] : []),
    ...(states.offline > 0 ? [offlineNote(states.offline, devices, expiresIn)] : []),
    ...(body.schedule === undefined ? [] : ['No device begins before the time that is set.']),
    ...supersedeNote(body),
    ...(devices >= manyDevices && body.max_failures === undefined
      ? [
          `Nothing stops the deployment where updates fail: a limit of failures spares the rest of the ${countText(devices, 'device')}.`,
        ]
      : []),
  ];
}

/** Whether an order is for every device of the project. */
export function isUnrestricted({
  device_filter: { groups = [], filters = [] },
  device_ids: picked = [],
}: OrderBody): boolean {
  return groups.length === 0 && filters.length === 0 && picked.length === 0;
}

function leftOut(left: number, picked: number): string {
  return `${numberText(left)} of the ${countText(picked, 'picked device')} ${left === 1 ? 'is' : 'are'} left out: a device that awaits approval, or does not match the filter, gets nothing.`;
}

function offlineNote(offline: number, devices: number, expiresIn: string | undefined): string {
  const begin = offline === 1 ? 'it begins when it comes' : 'they begin when they come';
  const isAre = offline === 1 ? 'is' : 'are';
  const until = expiresIn === undefined ? '' : `, if that is within ${expiresIn}`;
  return `${numberText(offline)} of ${numberText(devices)} ${isAre} offline: ${begin} back${until}.`;
}

function supersedeNote({ supersede }: OrderBody): string[] {
  if (supersede === undefined || supersede === 'none') return [];
  return [
    `What is still pending on these devices from older deployments of the same ${supersede === 'same_app' ? 'app' : 'flow'} is aborted.`,
  ];
}
