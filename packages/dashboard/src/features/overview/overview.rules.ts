import type { AuditEventView, Overview } from '@tideway/protocol';

export type Day = Overview['days'][number];
export type AppInFleet = { app: string; devices: number; versions: { version: string; devices: number }[] };

/** The last `count` days (UTC) with today at the end; those without any updates have noughts. */
export function wholeDays(known: Day[], nowMs: number, count: number): Day[] {
  const byDay = new Map(known.map((day) => [day.day, day]));
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(nowMs - (count - 1 - index) * 86_400_000).toISOString().slice(0, 10);
    return byDay.get(day) ?? { day, success: 0, failed: 0, aborted: 0 };
  });
}

/** How many of the updates with a result succeeded, in percent; null where there is none. Aborted ones have no result. */
export function successPercent(days: Day[]): number | null {
  const success = days.reduce((sum, day) => sum + day.success, 0);
  const failed = days.reduce((sum, day) => sum + day.failed, 0);
  if (success + failed === 0) return null;
  const percent = (success / (success + failed)) * 100;
  // As long as one has failed it is not all of them, and as long as one has succeeded it is not none.
  return Math.max(success > 0 ? 0.1 : 0, Math.min(failed > 0 ? 99.9 : 100, Math.round(percent * 10) / 10));
}

/** Apps with their versions, where most devices carry one first. */
export function groupByApp(versions: Overview['app_versions']): AppInFleet[] {
  const apps = new Map<string, AppInFleet>();
  for (const { app, ...version } of versions) {
    const known = apps.get(app) ?? { app, devices: 0, versions: [] };
    known.devices += version.devices;
    known.versions.push(version);
    apps.set(app, known);
  }
  for (const app of apps.values()) app.versions.sort((a, b) => b.devices - a.devices);
  return [...apps.values()].sort((a, b) => b.devices - a.devices || a.app.localeCompare(b.app));
}

/** What was done, in words: `pairing_token.created` is `pairing token created`. */
export function actionWords(action: AuditEventView['action']): string {
  return action.replaceAll(/[._]/g, ' ');
}
