/** A package as the device's database has it; `isThere` is false where only its settings are left. */
export type PackageState = { version: string; isThere: boolean; isWhole: boolean };

/** What makes the name or the version of a package unusable, in one sentence; null where nothing does. */
export function packageFault({ name, version }: { name: string; version: string | null }): string | null {
  // apt-get would read a hyphen or a plus at the end as an order to remove or to install.
  if (!/^[a-z0-9]([a-z0-9.+-]*[a-z0-9])?(\+\+)?(:[a-z0-9-]+[a-z0-9])?$/.test(name) || name.length > 200) {
    return `${JSON.stringify(name.slice(0, 200))} cannot be the name of a package.`;
  }
  if (version === null || (/^[A-Za-z0-9][A-Za-z0-9.+~:-]*$/.test(version) && version.length <= 200)) return null;
  return `${JSON.stringify(version.slice(0, 200))} cannot be the version of the package ${name}.`;
}

/** The fields that `readPackages` reads, for `--showformat` of dpkg-query. */
export const packageFormat = '${Package} ${Architecture} ${db:Status-Status} ${db:Status-Eflag} ${Version}\n';

/** The same for the file of a package, of which nothing is installed yet. */
export const fileFormat = '${Package} ${Architecture} installed ok ${Version}\n';

/** All packages that the database knows, by the name that apt-get gives them: with the architecture only if it is another one. */
export function readPackages(text: string, architecture: string): Map<string, PackageState> {
  const lines = text.split('\n').map((line) => line.split(' '));
  return new Map(
    lines.flatMap(([name = '', ofArchitecture = '', status = '', flag = '', version = '']) => {
      if (name === '' || status === 'not-installed') return [];
      const isOwn = ofArchitecture === architecture || ofArchitecture === 'all';
      const state = { version, isThere: status !== 'config-files', isWhole: status === 'installed' && flag === 'ok' };
      return [[isOwn ? name : `${name}:${ofArchitecture}`, state] as const];
    }),
  );
}

/** What `apt-get --simulate` says that it would do. */
export function readSimulation(text: string): { installed: string[]; removed: string[] } {
  const named = (verb: string) =>
    [...text.matchAll(new RegExp(`^${verb} (\\S+)`, 'gm'))].flatMap(([, name]) => name ?? []);
  return { installed: [...new Set(named('Inst'))], removed: named('Remv') };
}

/** What apt-get or dpkg call the reason, of all that they said. */
export function packageReason(said: string): string {
  // dpkg says in the next line what its error was.
  const lines = said
    .replace(/:\n +/g, ': ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const named = lines
    .filter((line) => /^(E|dpkg(-\w+)?: error):? /.test(line) && !/^E: Sub-process/.test(line))
    .map((line) => line.replace(/^E: /, ''));
  const reason = (named.length > 0 ? named.slice(0, 3).join(' ') : (lines.at(-1) ?? 'it said nothing')).trim();
  return /[.!?]$/.test(reason) ? reason : `${reason}.`;
}

/** Whether somebody else is installing packages at the moment. */
export function isLockHeld(said: string): boolean {
  return /Could not get lock|Unable to (acquire|lock)|locked by another process|lock was locked/.test(said);
}
