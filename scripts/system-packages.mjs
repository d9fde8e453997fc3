// Debian's packages that tests need beside Node.js, and who needs them. `npm test` installs what is missing where it may.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Each with a program that is there when it is installed. */
const packages = [
  { name: 'git', program: 'git' },
  { name: 'nginx-light', program: 'nginx' },
  { name: 'openssl', program: 'openssl' },
  // Steps of type docker and compose: an engine, and a registry that it can fetch from.
  { name: 'docker.io', program: 'dockerd' },
  { name: 'docker-compose', program: 'docker-compose' },
  { name: 'docker-registry', program: 'docker-registry' },
  { name: 'busybox-static', program: 'busybox' },
  // A fresh Debian that boots in name spaces, with a cable of its own.
  { name: 'debootstrap', program: 'debootstrap' },
  { name: 'iproute2', program: 'ip' },
  // Steps of type image: the installers, and what makes images for them.
  { name: 'rauc', program: 'rauc' },
  { name: 'swupdate', program: 'swupdate' },
  { name: 'dbus', program: 'dbus-daemon' },
  { name: 'squashfs-tools', program: 'mksquashfs' },
  { name: 'liblzo2-2', program: 'mksquashfs' },
  { name: 'cpio', program: 'cpio' },
  // The dashboard in a real browser.
  { name: 'chromium', program: 'chromium' },
];

/** Installs what is missing, as root on Debian; elsewhere the tests that need it are skipped, and say so. */
export function installSystemPackages() {
  const missing = packages.filter(({ program }) => !isThere(program));
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    console.error(`Not installed, so that their tests are skipped: ${names.join(', ')}`);
    return;
  }
  console.error(`Installing ${names.join(', ')} …`);
  const apt = (...words) => spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-qq', ...words], options);
  apt('update');
  const { status, stderr } = apt('install', '-y', '--no-install-recommends', ...names);
  if (status !== 0) console.error(`Not all could be installed:\n${stderr}`);
}

const options = {
  encoding: 'utf8',
  // Packages with a service must not start it: tests start their own.
  env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
};

function isThere(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}
