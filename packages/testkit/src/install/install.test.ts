import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canBootDebian } from './debian-root.ts';
import { endOf, Site, until } from './site.ts';

/** A name that would be code, were it not for the quotes. */
const name = `Pump "7" $(touch /pwned) 'b' \`id\``;

describe.skipIf(!canBootDebian())('a fresh Debian with systemd', () => {
  let site: Site;
  let before: string[];
  let id = '';

  beforeAll(async () => {
    site = await Site.open();
    before = await site.device.files();
  }, 600_000);
  afterAll(() => site.close());

  it('is left as it was, with what was put there for the agent, where the server does not let it join', async () => {
    const folders = '/etc/tideway /etc/systemd/system/tideway-agent.service.d';
    await site.device.ask(
      `mkdir ${folders}; cd /etc/tideway; echo A=1 >agent.env; echo [Service] >${folders.split(' ')[1]}/own.conf`,
    );
    const prepared = await site.device.files();
    const { code, out } = await site.install('-p=twp_wrong');
    expect(out).toContain('This device could not join.');
    expect(out).toContain('Nothing was installed.');
    expect(code).toBe(1);
    expect(await site.device.files()).toEqual(prepared);
    await site.device.ask(`rm -r ${folders}`);
  });

  it('becomes a device by one line, and is online', async () => {
    const words = `-p=${await site.pairingToken()} -n "$NAME" -g North -an camera -av=1.0`;
    const line = `curl -fsSL '${site.url}/install.sh' | sh -s -- ${words}`;
    const { code, out } = await site.device.run(line, { NAME: name });
    expect(out).toMatch(/This device is d-\S+ of http/);
    expect(code).toBe(0);
    id = /This device is (\S+) of/.exec(out)?.[1] ?? '';
    await site.untilOnline(id);
    const [device] = await site.devices();
    expect(device).toMatchObject({ id, name, group: 'North', apps: [{ name: 'camera', version: '1.0' }] });
    expect((await site.device.run('ls /pwned')).code).not.toBe(0);
  });

  it('keeps no token, and its settings and state for root alone', async () => {
    expect(await site.device.ask('cat /etc/tideway/agent.env')).not.toContain('TOKEN');
    expect(await site.device.ask('grep -rl twp_ /etc /var/lib/tideway-agent /opt || true')).toBe('');
    expect(await site.device.commandLines()).not.toContain('twp_');
    const modes = 'stat -c "%a %U" /etc/tideway/agent.env /var/lib/tideway-agent /var/lib/tideway-agent/key.json';
    expect((await site.device.ask(modes)).split('\n')).toEqual(['600 root', '700 root', '600 root']);
  });

  it('has a service without a fault, and no port is open', async () => {
    const unit = '/etc/systemd/system/tideway-agent.service';
    expect(await site.device.ask(`systemd-analyze verify ${unit} 2>&1`)).toBe('');
    expect(await site.device.ask('systemctl is-enabled tideway-agent')).toBe('enabled');
    expect(await site.device.ask('ss -H -l -t -u -n')).toBe('');
  });

  it('takes an update, whose steps work with the whole device', async () => {
    const steps = `{ name: Write, run: 'echo "$DEVICE_NAME" > /etc/written; umask; echo $HOME; echo "[$NOTIFY_SOCKET]"' }`;
    const { status } = await endOf(await site.order(id, steps));
    expect(status).toBe('success');
    expect(await site.device.ask('cat /etc/written; rm /etc/written')).toBe(name);
  });

  it('gives signs of life, and is started anew by its watchdog where there are none', async () => {
    const folder = '/etc/systemd/system/tideway-agent.service.d';
    const script = `mkdir -p ${folder}; printf '[Service]\nWatchdogSec=6\nRestartSec=0\n' > ${folder}/test.conf`;
    await site.device.ask(`${script}; systemctl daemon-reload; systemctl restart tideway-agent`);
    await site.untilOnline(id);
    const sign = () => property('WatchdogTimestampMonotonic');
    const seen = new Set<string>();
    // Longer than it may be silent.
    await until(async () => seen.add(await sign()).size > 4);
    expect(await property('NRestarts')).toBe('0');

    const process = await agentProcess();
    await site.device.ask(`kill -STOP ${process}`);
    await until(async () => (await property('NRestarts')) === '1');
    await until(async () => (await property('StatusText')).startsWith('Connected'));
    expect(await agentProcess()).not.toBe(process);
    await site.device.ask(`rm -r ${folder}; systemctl daemon-reload; systemctl restart tideway-agent`);
  });

  it('boots in the middle of a flow, and goes on with the next step', async () => {
    const { boots } = site.device;
    const step = (name: string) =>
      `{ name: ${name}, run: 'echo ${name} >> /var/flow; cut -d" " -f22 /proc/1/stat >> /var/flow' }`;
    const update = await site.order(id, `${step('Before')}, { name: Boot, uses: tideway/reboot }, ${step('After')}`);
    expect(await endOf(update)).toMatchObject({ message: null, status: 'success' });
    expect(site.device.boots).toBe(boots + 1);
    const [first, firstBoot, second, secondBoot] = (await site.device.ask('cat /var/flow; rm /var/flow')).split('\n');
    expect([first, second]).toEqual(['Before', 'After']);
    expect(firstBoot).not.toBe(secondBoot);
  });

  it('is the same device after the line is run again, without a token', async () => {
    const { code, out } = await site.install('');
    expect(out).toContain(`This device is still ${id} of`);
    expect(code).toBe(0);
    await site.untilOnline(id);
    expect((await site.devices()).map((device) => device.id)).toEqual([id]);
    expect(await site.device.ask('tideway-agent status')).toContain(id);
  });

  it('keeps its agent at work where the new one cannot be had', async () => {
    const process = await agentProcess();
    // What is fetched is changed on its way.
    const bad = `curl -fsSL '${site.url}/install.sh' | sed 's/[0-9a-f]\\{64\\}/${'0'.repeat(64)}/' | sh`;
    const { code, out } = await site.device.run(bad);
    expect(out).toContain('Nothing of it was run');
    expect(code).toBe(1);
    expect(await agentProcess()).toBe(process);
  });

  it('is as it was before, once the agent is removed', async () => {
    const packages = '/var/cache/tideway-agent/packages';
    await site.device.ask(`mkdir -p ${packages}; touch ${packages}/app_1.0.deb`);
    const { code, out } = await site.device.run('sh /opt/tideway-agent/install.sh --uninstall');
    expect(out).toContain(`The server still has it as ${id}`);
    expect(code).toBe(0);
    expect(await site.device.files()).toEqual(before);
    expect(await site.device.commandLines()).not.toContain('tideway');
    expect(await site.device.ask('systemctl list-unit-files --all | grep tideway || true')).toBe('');
    await until(async () => (await site.devices()).every(({ state }) => state === 'offline'));
  });

  it('runs the agent, and the steps, as another user where one is given', async () => {
    await site.device.ask('useradd --system --create-home pump');
    const { code, out } = await site.install(`${await site.pairingToken()} -u pump -n reduced`);
    expect(out).toMatch(/This device is d-/);
    expect(code).toBe(0);
    const reduced = /This device is (\S+) of/.exec(out)?.[1] ?? '';
    const steps = `{ name: Who, run: 'id -un > ~/who; grep NoNewPrivs /proc/self/status >> ~/who' }, { name: Write, run: 'touch /etc/no' }`;
    expect(await endOf(await site.order(reduced, steps))).toMatchObject({ status: 'failed' });
    expect(await site.device.ask('cat ~pump/who')).toBe('pump\nNoNewPrivs:\t1');
  });

  it('leaves all to that user where it cannot become another one, and where none is given again', async () => {
    const bad = `curl -fsSL '${site.url}/install.sh' | sed 's/ lay-out / lay-nothing-out /' | sh -s -- --force -u root`;
    const { code, out } = await site.device.run(bad);
    expect(out).toContain('The agent that was here before goes on.');
    expect(code).toBe(1);
    const places = '/var/lib/tideway-agent /opt/tideway-agent/programs';
    expect(await site.device.ask(`find ${places} ! -user pump`)).toBe('');

    expect((await site.install('')).code).toBe(0);
    expect(await property('User')).toBe('pump');
    expect((await site.install('--uninstall')).code).toBe(0);
    expect(await site.device.ask('ls /var/lib/tideway-agent /etc/tideway /opt 2>/dev/null || true')).toBe('/opt:');
  });

  /** Child of its launcher, which is the service's main process. */
  const agentProcess = async () => {
    const { process } = JSON.parse(await site.device.ask('tideway-agent status --json')) as { process: number };
    return process;
  };
  const property = (key: string) => site.device.ask(`systemctl show --value -p ${key} tideway-agent`);
});
