export type AppVersion = { name: string; version: string };

/** Where a device says something else about an app than what is known of it; `version` is null for an unknown app. */
export type Drift = { name: string; version: string | null; reported_version: string };

/**
 * Compares what a device said last about its apps with what the server has set. An app that the device does not speak
 * of is no drift: an agent reports only the apps that it was told of.
 */
export function findDrift(apps: AppVersion[], reported: AppVersion[]): Drift[] {
  const known = new Map(apps.map((app) => [app.name, app.version]));
  return reported
    .filter((app) => known.get(app.name) !== app.version)
    .map((app) => ({ name: app.name, version: known.get(app.name) ?? null, reported_version: app.version }));
}
