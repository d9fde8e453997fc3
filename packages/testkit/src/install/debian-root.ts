import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a small device has that is more than the least of Debian: a service manager, and what install.sh needs. */
const packages = ['systemd', 'systemd-sysv', 'dbus', 'curl', 'ca-certificates', 'iproute2'];

/** A folder with a fresh Debian, as its installer leaves it; made once a machine, and never changed. */
export async function freshDebian(): Promise<string> {
  const suite = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  const folder = `/var/tmp/tideway-tests-debian-${suite}-${process.arch}-1`;
  if (existsSync(folder)) return folder;
  const temporary = mkdtempSync(`${folder}.`);
  const words = ['--variant=minbase', `--include=${packages.join(',')}`, suite, temporary, mirrorOf(suite)];
  try {
    await promisify(execFile)('debootstrap', words, { maxBuffer: 64 * 1024 * 1024 });
    // Somebody else may have been faster.
    if (!existsSync(folder)) renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}

/** Whether roots can be made and booted here: as root on a Debian that lets new name spaces and cgroups be made. */
export function canBootDebian(): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return false;
  const programs = ['debootstrap', 'unshare', 'nsenter', 'ip'];
  if (programs.some((program) => spawnSync('which', [program]).status !== 0)) return false;
  const script = 'mount -t tmpfs none /mnt && ip link add tideway-try type veth && mkdir "$0" && rmdir "$0"';
  const cgroup = join(cgroupRoot(), `tideway-try-${process.pid}`);
  return spawnSync('unshare', ['--mount', '--net', '--pid', '--fork', 'sh', '-c', script, cgroup]).status === 0;
}

/** Where cgroups of the second version are: also beside those of the first. */
export function cgroupRoot(): string {
  return existsSync('/sys/fs/cgroup/unified') ? '/sys/fs/cgroup/unified' : '/sys/fs/cgroup';
}

/** Where this machine has its own packages from. */
function mirrorOf(suite: string): string {
  const words = ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages', `Codename: ${suite}`];
  const [site = ''] = execFileSync('apt-get', words, { encoding: 'utf8' }).split('\n');
  return site;
}
