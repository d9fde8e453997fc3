import type { AgentFile, AgentManifest, AgentOffer } from '@tideway/protocol';

/** How a program runs: with Node.js, or by itself. */
export type ProgramKind = 'node' | 'executable';

/** Why a version was given up: `silent`, or `crashed with exit code N`. A final one is not tried again. */
export type Rejection = { version: string; fault: string; isFinal: boolean };

/**
 * The version that an offer makes the agent change to, or null. Any other than the one that runs, also an older one: the
 * fleet runs what its server gives out, and going back to the previous program is the same step.
 */
export function wantedVersion(offer: AgentOffer | null, own: string, rejections: readonly Rejection[]): string | null {
  if (offer === null || offer.version === own) return null;
  return rejections.some(({ version }) => version === offer.version) ? null : offer.version;
}

/** The file of a manifest that takes the place of the program that runs; null where the server has none. */
export function fileFor({ files }: AgentManifest, own: { kind: ProgramKind; os: string; arch: string }) {
  const fits = ({ kind, os, arch }: AgentFile) =>
    kind === own.kind && (os === null || os === own.os) && (arch === null || arch === own.arch);
  return files.find(fits) ?? null;
}

/**
 * What the previous program, back at work, makes of a version that was given up, once it has reached the server. One that
 * crashed is to blame itself. One that only never reached the server is to blame where the previous one reaches it at
 * once; where that took as long, the server or the network was away, and the version is tried again.
 */
export function verdictOn({ fault, isFinal }: Rejection, reachedAfterMs: number): 'stands' | 'for_good' | 'pardon' {
  if (isFinal) return 'stands';
  return fault.startsWith('silent') && reachedAfterMs > soonMs ? 'pardon' : 'for_good';
}

const soonMs = 2 * 60_000;

/** Milliseconds until the next try after so many failures: an hour at most, for a program may be large. */
export function nextTryMs(failures: number, random: number): number {
  return Math.round(Math.min(5000 * 4 ** Math.min(failures - 1, 6), 3_600_000) * (0.5 + random / 2));
}
