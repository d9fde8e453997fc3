import { existsSync } from 'node:fs';
import path from 'node:path';
import { deploymentDocumentSchema, type FlowDocument, type Plan } from '@tideway/protocol';
import { z } from 'zod';
import { jsonFile } from '../system/json-file.ts';
import { findAgent } from '../system/state-lock.ts';
import { Journal } from '../update/journal.ts';
import { agentVersion } from '../version.ts';
import { type Block, blockFile } from './block.ts';
import { type ContactNote, contactNote } from './contact-note.ts';
import { type Doing, doingOf } from './doing.rules.ts';

/** What the agent of this device is at, read from its state folder. */
export type DeviceView = {
  version: string;
  /** Number of the agent's process; null where none runs. */
  process: number | null;
  /** Null before the device has joined. */
  device_id: string | null;
  /** Null where no agent runs, or has tried yet. */
  contact: ContactNote | null;
  update: (Doing & { update_id: string; attempt: number }) | null;
  blocked: Block | null;
};

export function viewDevice(stateFolder: string): DeviceView {
  const identity = jsonFile(path.join(stateFolder, 'identity.json'), z.object({ device_id: z.string() })).read();
  const process = findAgent(stateFolder);
  const update = openUpdate(stateFolder);
  return {
    version: agentVersion,
    process,
    device_id: identity?.device_id ?? null,
    contact: process === null ? null : contactNote(stateFolder).read(),
    update: update && {
      update_id: update.plan.update_id,
      attempt: update.plan.attempt,
      ...doingOf(flowOf(update.plan), update.history),
    },
    blocked: blockFile(stateFolder).read(),
  };
}

/** The update that the device is at; null where it is at none. */
export function openUpdate(stateFolder: string) {
  return Journal.peek(path.join(stateFolder, 'journal.json'));
}

/** The file with the output of the open update, else of the last one; null where there is none. */
export function outputFile(stateFolder: string): string | null {
  const open = openUpdate(stateFolder)?.plan.update_id;
  const last = jsonFile(path.join(stateFolder, 'finished.json'), z.object({ update_id: z.string() })).read();
  const id = open ?? last?.update_id;
  const own = id && path.join(stateFolder, 'updates', `update-${encodeURIComponent(id)}`, 'output');
  const kept = path.join(stateFolder, 'last-output');
  if (own && existsSync(own)) return own;
  return open === undefined && existsSync(kept) ? kept : null;
}

/** Null for a plan that this agent does not understand. */
function flowOf(plan: Plan): FlowDocument | null {
  return deploymentDocumentSchema.safeParse(JSON.parse(plan.document)).data?.flow ?? null;
}
