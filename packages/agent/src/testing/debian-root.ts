import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export type PackageChanges = {
  depends?: string;
  conflicts?: string;
  /** A file below /etc that people may change. */
  settings?: string;
  postinst?: string;
  /** One more file that it brings. */
  file?: string;
};

/** A source of Debian packages in a folder, and packages that are made as a test needs them. */
export class PackageSource {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'tideway-packages-'));
  private readonly listed = new Map<string, string>();

  /** Makes a package with a file that says its version, in no source yet; gives its bytes. */
  build(name: string, version: string, changes: PackageChanges = {}): Buffer {
    const folder = path.join(this.folder, 'build', `${name}-${version}`);
    const write = (file: string, text: string, mode = 0o644) => {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text, { mode });
    };
    const { depends, conflicts, settings, postinst, file: more } = changes;
    const fields = [
      `Package: ${name}`,
      `Version: ${version}`,
      'Architecture: all',
      'Maintainer: Test <test@example.org>',
      'Description: a package of a test',
      ...(depends ? [`Depends: ${depends}`] : []),
      ...(conflicts ? [`Conflicts: ${conflicts}`] : []),
    ];
    write('DEBIAN/control', `${fields.join('\n')}\n`);
    write(`usr/share/${name}/VERSION`, version);
    if (more !== undefined) write(more, '');
    if (settings !== undefined) {
      write(`etc/${name}.conf`, settings);
      write('DEBIAN/conffiles', `/etc/${name}.conf\n`);
    }
    if (postinst !== undefined) write('DEBIAN/postinst', `#!/bin/sh\nset -e\n${postinst}\n`, 0o755);
    const file = path.join(this.folder, `${name}_${version}_all.deb`);
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', folder, file]);
    return readFileSync(file);
  }

  /** Puts a package into the source, where devices find it. */
  publish(name: string, version: string, changes: PackageChanges = {}): void {
    const bytes = this.build(name, version, changes);
    const file = `${name}_${version}_all.deb`;
    const fields = execFileSync('dpkg-deb', ['--field', path.join(this.folder, file)], { encoding: 'utf8' }).trim();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.listed.set(file, `${fields}\nFilename: ./${file}\nSize: ${bytes.length}\nSHA256: ${sha256}\n`);
    this.writeList();
  }

  /** Takes a package out of the source. */
  withdraw(name: string, version: string): void {
    const file = `${name}_${version}_all.deb`;
    rmSync(path.join(this.folder, file));
    this.listed.delete(file);
    this.writeList();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private writeList(): void {
    writeFileSync(path.join(this.folder, 'Packages'), [...this.listed.values()].join('\n'));
  }
}

/** Makes a folder a small Debian system: with the databases of dpkg and apt-get, and a shell for what packages run. */
export function makeDebianRoot(root: string, source: PackageSource): void {
  for (const folder of ['info', 'updates', 'triggers']) makeBelow(root, 'var/lib/dpkg', folder);
  for (const folder of ['var/lib/apt/lists/partial', 'var/cache/apt/archives/partial', 'var/log/apt', 'tmp', 'bin']) {
    makeBelow(root, folder);
  }
  for (const folder of ['apt.conf.d', 'preferences.d', 'sources.list.d']) makeBelow(root, 'etc/apt', folder);
  writeFileSync(path.join(root, 'var/lib/dpkg/status'), '');
  writeFileSync(path.join(root, 'etc/apt/sources.list'), `deb [trusted=yes] file:${source.folder} ./\n`);
  // The temporary folders of a test are closed to the user that apt-get takes for what it fetches.
  writeFileSync(path.join(root, 'etc/apt/apt.conf.d/test'), 'APT::Sandbox::User "root";\n');
  addShell(root);
}

/** What is installed below a root, as dpkg says it: name, version and state. */
export function installedBelow(root: string): Record<string, string> {
  const words = [
    `--admindir=${root}/var/lib/dpkg`,
    '--show',
    '--showformat=${Package} ${Version} ${db:Status-Status}\n',
  ];
  try {
    const lines = execFileSync('dpkg-query', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    if (lines === '') return {};
    return Object.fromEntries(
      lines.split('\n').map((line) => [line.split(' ')[0] ?? '', line.split(' ').slice(1).join(' ')]),
    );
  } catch {
    return {};
  }
}

function makeBelow(root: string, ...names: string[]): void {
  mkdirSync(path.join(root, ...names), { recursive: true });
}

/** A shell and a few programs, with the libraries that they need. */
function addShell(root: string): void {
  const busybox = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim();
  const libraries = execFileSync('sh', ['-c', `ldd ${busybox} || true`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for (const [, library = ''] of libraries.matchAll(/(\/\S+) \(0x/g)) {
    makeBelow(root, path.dirname(library));
    copyFileSync(library, path.join(root, library));
  }
  for (const name of ['sh', 'sleep', 'touch']) copyFileSync(busybox, path.join(root, 'bin', name));
}
