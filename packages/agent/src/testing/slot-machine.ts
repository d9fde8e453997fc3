import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Stands in for a machine with two slots, A and B, which are plain files, and a boot loader, which is a script. RAUC and
 * SWUpdate on it are the real ones, and find themselves in the machine's own `bin`. The machine boots when its agent has
 * booted (it counts its boots in a file) and first asks for slots: into the primary slot, or the other where that one is
 * broken.
 */
export class SlotMachine {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'tideway-slots-'));
  readonly environment: Record<string, string>;
  private readonly bus: ReturnType<typeof spawn>;

  /** @param boots the file in which the agent counts its boots */
  constructor(boots: string, root: string) {
    for (const name of ['bin', 'mnt', 'state', 'image']) mkdirSync(this.in(name));
    this.environment = {
      PATH: `${this.in('bin')}:${process.env.PATH}:/usr/sbin`,
      DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${this.in('bus')}`,
    };
    this.writePrograms(boots);
    this.reset(root);
    this.bus = spawn('dbus-daemon', [`--config-file=${this.in('bus.conf')}`, '--nofork'], { stdio: 'ignore' });
    this.makeKeys();
  }

  /** Makes it what it is at first, below a root that may be empty: both slots old, and A the one that runs. */
  reset(root: string): void {
    for (const slot of ['A', 'B']) {
      writeFileSync(this.in(slot), Buffer.alloc(slotBytes, 'old '));
      this.set(`state-${slot}`, 'good');
    }
    this.set('current', 'A');
    this.set('primary', 'A');
    // It boots when it is asked for slots again.
    rmSync(this.in('state', 'boots'), { force: true });
    this.writeSettings(root);
  }

  /** What the boot loader holds: `current`, `primary`, `state-A`, `state-B`. */
  get(name: string): string {
    return readFileSync(this.in('state', name), 'utf8').trim();
  }

  set(name: string, value: string): void {
    writeFileSync(this.in('state', name), `${value}\n`);
  }

  /** Whether a slot starts when it is booted. */
  setBroken(slot: 'A' | 'B', isBroken: boolean): void {
    if (isBroken) this.set(`broken-${slot}`, '');
    else rmSync(this.in('state', `broken-${slot}`), { force: true });
  }

  /** Has installations stop in their middle, until they may go on; waits for the next one to come there. */
  hold(): { reached: () => Promise<void>; release: () => void } {
    this.set('hold', '');
    return {
      reached: async () => {
        while (!existsSync(this.in('state', 'reached'))) await new Promise((resolve) => setTimeout(resolve, 20));
        rmSync(this.in('state', 'reached'));
      },
      release: () => rmSync(this.in('state', 'hold'), { force: true }),
    };
  }

  contentOf(slot: 'A' | 'B'): string {
    return readFileSync(this.in(slot)).subarray(0, 16).toString().split('\n')[0] ?? '';
  }

  /** The bytes of an image that writes a text into the slot that does not run. */
  image(installer: 'rauc' | 'swupdate', text: string, board = 'board-1'): Buffer {
    const bytes = Buffer.alloc(slotBytes);
    bytes.write(`${text}\n`);
    const folder = mkdtempSync(this.in('image', 'one-'));
    writeFileSync(path.join(folder, 'rootfs.img'), bytes);
    return installer === 'rauc' ? this.bundle(folder, board) : this.archive(folder, board);
  }

  remove(): void {
    this.bus.kill('SIGKILL');
    const service = existsSync(this.in('service')) ? Number(this.read('service')) : null;
    if (service !== null) spawnSync('kill', ['-9', String(service)]);
    for (const mount of ['bundle', 'rootfs.0', 'rootfs.1']) spawnSync('umount', ['-l', this.in('mnt', mount)]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private bundle(folder: string, board: string): Buffer {
    const manifest = ['[update]', `compatible=${board}`, 'version=2', '[image.rootfs]', 'filename=rootfs.img'];
    writeFileSync(path.join(folder, 'manifest.raucm'), `${manifest.join('\n')}\n`);
    const words = [`--cert=${this.in('cert.pem')}`, `--key=${this.in('key.pem')}`, 'bundle', folder, `${folder}.raucb`];
    execFileSync('rauc', words, { stdio: 'ignore' });
    return readFileSync(`${folder}.raucb`);
  }

  private archive(folder: string, board: string): Buffer {
    const inFolder = (name: string) => path.join(folder, name);
    const script = `#!/bin/sh\n[ "$1" = postinst ] || exec ${this.in('bin/hold')}\n${this.in('bin/tideway-boot-slot')} set-primary`;
    for (const slot of ['A', 'B']) writeFileSync(inFolder(`to-${slot}.sh`), `${script} ${slot}\n`);
    const part = (slot: string) => `to-${slot} = {
      images: ({ filename = "rootfs.img"; device = "${this.in(slot)}"; type = "raw"; sha256 = "${sha256(inFolder('rootfs.img'))}"; });
      scripts: ({ filename = "to-${slot}.sh"; type = "shellscript"; sha256 = "${sha256(inFolder(`to-${slot}.sh`))}"; }); };`;
    const text = `software = { version = "2"; hardware-compatibility = ["${board}"]; stable = { ${part('A')} ${part('B')} }; }\n`;
    writeFileSync(inFolder('sw-description'), text);
    const key = [
      '-signer',
      this.in('cert.pem'),
      '-inkey',
      this.in('key.pem'),
      '-outform',
      'DER',
      '-nosmimecap',
      '-binary',
    ];
    execFileSync('openssl', [
      'cms',
      '-sign',
      '-in',
      inFolder('sw-description'),
      '-out',
      inFolder('sw-description.sig'),
      ...key,
    ]);
    const names = ['sw-description', 'sw-description.sig', 'to-A.sh', 'to-B.sh', 'rootfs.img'];
    return execFileSync('cpio', ['-o', '-H', 'crc', '--quiet'], {
      cwd: folder,
      input: `${names.join('\n')}\n`,
      maxBuffer: 1e8,
    });
  }

  private makeKeys(): void {
    const files = ['-keyout', this.in('key.pem'), '-out', this.in('cert.pem')];
    const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', '-subj', '/CN=test', ...files];
    execFileSync('openssl', [...words, '-addext', 'extendedKeyUsage=emailProtection'], { stdio: 'ignore' });
  }

  private writePrograms(boots: string): void {
    const state = this.in('state');
    // The service must outlive the step that first asks for it.
    const boot = `boots=$(cat ${boots} 2>/dev/null)
if [ ! -e ${state}/boots ] || [ "$boots" != "$(cat ${state}/boots)" ]; then
  slot=$(cat ${state}/primary)
  [ ! -e ${state}/boots ] || [ ! -e ${state}/broken-$slot ] || slot=$(echo $slot | tr AB BA)
  echo $slot > ${state}/current
  [ ! -e ${this.in('service')} ] || kill -9 $(cat ${this.in('service')}) 2>/dev/null
  umount -l ${this.in('mnt/bundle')} 2>/dev/null
  while [ ! -S ${this.in('bus')} ]; do sleep 0.02; done
  env -u TIDEWAY_STEP -u TIDEWAY_ROOT setsid /usr/bin/rauc --conf=${this.in('system.conf')} --mount=${this.in('mnt')} service --override-boot-slot=$slot > ${this.in('service.log')} 2>&1 < /dev/null &
  echo $! > ${this.in('service')}
  for try in $(seq 200); do /usr/bin/rauc status > /dev/null 2>&1 && break; sleep 0.05; done
  echo "$boots" > ${state}/boots
fi`;
    this.program('rauc', `[ "$1" = status ] || [ "$1" = install ] && { ${boot}\n}\nexec /usr/bin/rauc "$@"`);
    this.program(
      'tideway-boot-slot',
      `[ "$1" = get-current ] && { ${boot}\n}
case "$1" in
  get-current) cat ${state}/current ;;
  get-primary) cat ${state}/primary ;;
  set-primary) echo "$2" > ${state}/primary ;;
  get-state) cat ${state}/state-$2 ;;
  set-state) echo "$3" > ${state}/state-$2 ;;
  get-selection) echo stable,to-$(tr AB BA < ${state}/current) ;;
  *) exit 1 ;;
esac`,
    );
    this.program(
      'hold',
      `[ ! -e ${state}/hold ] || touch ${state}/reached
while [ -e ${state}/hold ]; do sleep 0.05; done`,
    );
  }

  private writeSettings(root: string): void {
    mkdirSync(path.join(root, 'etc'), { recursive: true });
    writeFileSync(path.join(root, 'etc/hwrevision'), 'board board-1\n');
    writeFileSync(path.join(root, 'etc/swupdate.cfg'), `globals: { public-key-file = "${this.in('cert.pem')}"; };\n`);
    const slot = (index: number, name: string) =>
      `[slot.rootfs.${index}]\ndevice=${this.in(name)}\ntype=raw\nbootname=${name}\n`;
    writeFileSync(
      this.in('system.conf'),
      `[system]\ncompatible=board-1\nbootloader=custom\nmountprefix=${this.in('mnt')}\n[keyring]\npath=${this.in('cert.pem')}\n[handlers]\nbootloader-custom-backend=${this.in('bin/tideway-boot-slot')}\npre-install=${this.in('bin/hold')}\n${slot(0, 'A')}${slot(1, 'B')}`,
    );
    writeFileSync(
      this.in('bus.conf'),
      `<busconfig><type>system</type><listen>unix:path=${this.in('bus')}</listen><auth>EXTERNAL</auth><policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/><allow user="*"/></policy></busconfig>`,
    );
  }

  private program(name: string, text: string): void {
    writeFileSync(this.in('bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }

  private read(name: string): string {
    return readFileSync(this.in(name), 'utf8').trim();
  }

  private in(...names: string[]): string {
    return path.join(this.folder, ...names);
  }
}

const slotBytes = 256 * 1024;

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
