import path from 'node:path';
import { StepFailure } from '../steps/step.ts';
import { readIfThere } from '../system/durable-file.ts';
import { resolveBelowRoot } from '../system/paths.ts';

export type Owner = { uid: number; gid: number };

/**
 * The ids behind `user` or `user:group`, by name or number, as the accounts below `root` give them; a root without
 * accounts of its own has those of the machine. A user alone brings the main group.
 */
export function findOwner(root: string, text: string): Owner {
  const [user = '', group] = text.split(':');
  const account = linesOf(root, '/etc/passwd').find(([name, , uid]) => name === user || uid === user);
  const uid = idOf(account?.[2] ?? user);
  const gid = group === undefined ? idOf(account?.[3] ?? '') : findGroup(root, group);
  if (uid === null) throw new StepFailure('unknown_owner', `There is no user ${user} on this device.`);
  if (gid === null) {
    const what = group === undefined ? `The user ${user} has no main group` : `There is no group ${group}`;
    throw new StepFailure('unknown_owner', `${what} on this device.`);
  }
  return { uid, gid };
}

function findGroup(root: string, group: string): number | null {
  const found = linesOf(root, '/etc/group').find(([name, , gid]) => name === group || gid === group);
  return idOf(found?.[2] ?? group);
}

function linesOf(root: string, file: string): string[][] {
  const text = readIfThere(resolveBelowRoot(root, file)) ?? readIfThere(path.resolve(file)) ?? '';
  return text.split('\n').map((line) => line.split(':'));
}

function idOf(text: string): number | null {
  return /^\d{1,10}$/.test(text) ? Number(text) : null;
}
