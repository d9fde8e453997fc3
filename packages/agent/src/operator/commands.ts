import { existsSync, readFileSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import { findAgent } from '../system/state-lock.ts';
import { blockFile, heardBlock } from './block.ts';
import { nextText, statusText } from './device-text.ts';
import { openUpdate, outputFile, viewDevice } from './device-view.ts';

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
  return say(
    `Blocked: no new update begins.${update ? ` The device is at ${update.plan.update_id}, which goes on.` : ''}`,
  );
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
  const view = viewDevice(stateFolder);
  return say(asJson ? JSON.stringify(view, null, 2) : statusText(view));
}

/** Says what the device does next, or why not, and when. */
export async function next(stateFolder: string): Promise<boolean> {
  requireState(stateFolder);
  return say(nextText(viewDevice(stateFolder)));
}

/** Shows the output of the update that the device is at, else of the last one; follows it until it has ended. */
export async function logs(stateFolder: string, follows: boolean): Promise<boolean> {
  requireState(stateFolder);
  let shown = 0;
  const decoder = new StringDecoder();
  for (;;) {
    const isOpen = openUpdate(stateFolder) !== null;
    const file = outputFile(stateFolder);
    const text = file === null ? Buffer.alloc(0) : readFileSync(file);
    process.stdout.write(visibleText(decoder.write(text.subarray(shown))));
    shown = Math.max(shown, text.length);
    if (file === null && !isOpen) return say('There is no output of an update here.');
    if (!follows || !isOpen) return true;
    await delay(300);
  }
}

async function isHeeded(stateFolder: string, since: string): Promise<boolean> {
  const heard = heardBlock(stateFolder);
  const endsMs = performance.now() + heedWithinMs;
  while (heard.read() !== since && performance.now() < endsMs) await delay(100);
  return heard.read() === since;
}

function requireState(stateFolder: string): void {
  if (existsSync(stateFolder)) return;
  throw new CommandFault(`There is no ${stateFolder}: give the agent's folder with --state.`);
}

/** What a command has put out must not control the terminal of whoever looks. */
function visibleText(text: string): string {
  return text.replace(controls, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is written out; line ends and tabs stay
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

function say(sentence: string): true {
  console.log(sentence);
  return true;
}
