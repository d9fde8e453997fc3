import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { jsonFile } from '../system/json-file.ts';
import { findAgent } from '../system/state-lock.ts';
import { Journal } from '../update/journal.ts';
import { agentVersion } from '../version.ts';
import { type Block, blockFile, heardBlock } from './block.ts';

/** A command that cannot be carried out, in one sentence. */
export class CommandFault extends Error {}

/** A question that the agent has asked before may bring an update until it is answered, or given up. */
const heedWithinMs = 40_000;

/**
 * Lets no new update begin, and waits until the agent heeds that. Gives whether it does, now or at its start.
 * @param reason null leaves that of a block that stands
 */
export async function block(stateFolder: string, reason: string | null): Promise<boolean> {
  requireState(stateFolder);
  if (reason !== null && reason.length > 500) throw new CommandFault('The reason must have at most 500 characters.');
  const file = blockFile(stateFolder);
  const standing = file.read();
  const since = standing === null || standing.since === 'unknown' ? new Date().toISOString() : standing.since;
  file.write({ reason: reason ?? standing?.reason ?? null, since });
  if (findAgent(stateFolder) === null) return say('Blocked. No agent is running here; it heeds this when it starts.');
  if (!(await isHeeded(stateFolder, since))) {
    return !say('The agent has not confirmed the block: an update that it has asked for may still begin.');
  }
  const update = openUpdate(stateFolder);
  return say(`Blocked: no new update begins.${update ? ` The device is at ${update.update_id}, which goes on.` : ''}`);
}

/** Lets updates begin again. */
export async function unblock(stateFolder: string): Promise<boolean> {
  requireState(stateFolder);
  const file = blockFile(stateFolder);
  const standing = file.read();
  file.remove();
  return say(standing ? 'Unblocked.' : 'Nothing was blocked.');
}

/** Says what the agent of this device is at. */
export async function status(stateFolder: string, asJson: boolean): Promise<boolean> {
  requireState(stateFolder);
  const found = statusOf(stateFolder);
  return say(asJson ? JSON.stringify(found, null, 2) : statusText(found));
}

type Status = {
  version: string;
  /** Number of the agent's process; null where none runs. */
  process: number | null;
  /** Null before the device has joined. */
  device_id: string | null;
  update: { update_id: string; attempt: number; last: string | null } | null;
  blocked: Block | null;
};

function statusOf(stateFolder: string): Status {
  const identity = jsonFile(path.join(stateFolder, 'identity.json'), z.object({ device_id: z.string() })).read();
  const update = openUpdate(stateFolder);
  return {
    version: agentVersion,
    process: findAgent(stateFolder),
    device_id: identity?.device_id ?? null,
    update: update && {
      update_id: update.update_id,
      attempt: update.attempt,
      last: update.history.at(-1)?.type ?? null,
    },
    blocked: blockFile(stateFolder).read(),
  };
}

function statusText({ version, process, device_id, update, blocked }: Status): string {
  const last = update?.last ? ` (${update.last.replaceAll('_', ' ')})` : '';
  const reason = blocked?.reason ? `: ${blocked.reason}` : '';
  return [
    `Agent    ${process === null ? 'not running' : `${version}, process ${process}`}`,
    `Device   ${device_id ?? 'has not joined a server'}`,
    `Update   ${update ? `${update.update_id}${last}` : 'none'}`,
    `Blocked  ${blocked ? `since ${blocked.since}${reason}` : 'no'}`,
  ].join('\n');
}

async function isHeeded(stateFolder: string, since: string): Promise<boolean> {
  const heard = heardBlock(stateFolder);
  const endsMs = performance.now() + heedWithinMs;
  while (heard.read() !== since && performance.now() < endsMs) await delay(100);
  return heard.read() === since;
}

function openUpdate(stateFolder: string) {
  return Journal.peek(path.join(stateFolder, 'journal.json'));
}

function requireState(stateFolder: string): void {
  if (existsSync(stateFolder)) return;
  throw new CommandFault(`There is no ${stateFolder}: give the agent's folder with --state.`);
}

function say(sentence: string): true {
  console.log(sentence);
  return true;
}
