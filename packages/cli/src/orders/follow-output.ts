import { setTimeout as delay } from 'node:timers/promises';
import { updateDetailsSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { OpenProject } from '../client/open-server.ts';

export const outputSchema = z.object({ output: z.string() });

/** The output of one device's update, piece by piece, until the update has ended. */
export async function* followOutput({ api }: OpenProject, updatePath: string): AsyncGenerator<string> {
  let shown = '';
  for (;;) {
    // Asked before the output is read, so that the last piece is not missed.
    const { finished_at } = await api.get(updatePath, updateDetailsSchema, patience());
    const { output } = await api.get(`${updatePath}/log`, outputSchema, patience());
    // A new attempt begins its output anew.
    const added = output.startsWith(shown) ? output.slice(shown.length) : `\n${output}`;
    if (added !== '') yield added;
    shown = output;
    if (finished_at !== null) return;
    await delay(pollMs);
  }
}

const pollMs = 1000;

/** Who follows goes on when the server was away for a moment. */
function patience() {
  return { untilMs: Date.now() + 60_000 };
}
