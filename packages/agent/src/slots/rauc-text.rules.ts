import { z } from 'zod';

/** What `rauc status --output-format=json` says; null where it says not which slot runs. */
export function readRaucStatus(text: string): { booted: string; primary: string | null } | null {
  const status = statusSchema.safeParse(jsonOf(text)).data;
  const slots = (status?.slots ?? []).flatMap((one) => Object.entries(one));
  const booted = slots.find(([, { bootname }]) => bootname && bootname === status?.booted);
  return booted ? { booted: booted[0], primary: status?.boot_primary ?? null } : null;
}

/** What RAUC calls the reason, of all that it said. */
export function raucReason(said: string): string {
  const [, named] = /^LastError: (.*)$/m.exec(said) ?? [];
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const reason = (named ?? lines.at(-1) ?? 'it said nothing').trim();
  return /[.!?]$/.test(reason) ? reason : `${reason}.`;
}

/** Whether RAUC's service is at something else, as an installation whose client was killed. */
export function isRaucBusy(said: string): boolean {
  return /already processing/i.test(said);
}

const statusSchema = z.object({
  booted: z.string(),
  boot_primary: z.string().nullish(),
  slots: z.array(z.record(z.string(), z.object({ bootname: z.string().nullish() }))),
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
