import type { Block } from './block.ts';
import type { ContactNote } from './contact-note.ts';
import type { DeviceView } from './device-view.ts';

/** All that is known, a line each. */
export function statusText(view: DeviceView): string {
  const { version, process, device_id, update, blocked } = view;
  const reason = blocked?.reason ? `: ${blocked.reason}` : '';
  const lines = [
    ['Agent', process === null ? 'not running' : `${version}, process ${process}`],
    ['Device', device_id ?? 'has not joined a server'],
    ['Server', contactText(view)],
    ['Update', update ? `${update.update_id}, ${update.doing}` : 'none'],
    ['Flow', update?.flow ?? null],
    ['Blocked', blocked ? `since ${blocked.since}${reason}` : 'no'],
  ];
  return lines.flatMap(([title, text]) => (text ? [`${title?.padEnd(8)} ${text}`] : [])).join('\n');
}

/** What the device does next, or why not, and when that is tried: one sentence a line. */
export function nextText(view: DeviceView): string {
  const { process, device_id, contact, update, blocked } = view;
  const at = update && `The device is at update ${update.update_id}: ${update.doing}${sinceText(update.since)}.`;
  if (process === null)
    return [at, 'No agent is running: nothing happens until it is started.'].filter(Boolean).join('\n');
  const lines: (string | null)[] = [at];
  if (blocked) lines.push(blockText(blocked, update !== null));
  if (contact === null) lines.push('The agent has just started.');
  else if (contact.fault) lines.push(faultText(contact.fault, device_id));
  else if (!update && !blocked) lines.push(freeText(contact));
  return lines.filter((line) => line !== null).join('\n');
}

function contactText({ process, contact }: DeviceView): string | null {
  if (process === null || contact === null) return null;
  if (contact.fault) return `not reached since ${contact.since}: ${contact.fault.message}`;
  return `${contact.over === 'channel' ? 'connected' : `asked every ${contact.every_s} s`}, since ${contact.since}`;
}

function blockText({ since, reason }: Block, isBusy: boolean): string {
  const why = reason ? `: ${reason}` : '';
  const goesOn = isBusy ? 'After it no' : 'No';
  return `${goesOn} new update begins: this device is blocked since ${since}${why}. \`tideway-agent unblock\` ends that.`;
}

function faultText({ message, next_try_at }: NonNullable<ContactNote['fault']>, deviceId: string | null): string {
  const what = deviceId === null ? 'The device cannot join its server' : 'The server cannot be asked';
  return `${what}: ${message} The next try is at ${next_try_at}.`;
}

function freeText({ over, every_s }: ContactNote): string {
  return over === 'channel'
    ? 'The device is free. The server wakes it when there is an update.'
    : `The device is free. It asks for an update every ${every_s} s.`;
}

function sinceText(since: string | null): string {
  return since === null ? '' : `, since ${since}`;
}
