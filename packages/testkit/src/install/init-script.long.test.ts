import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canBootDebian } from './debian-root.ts';
import { endOf, Site, until } from './site.ts';

/** The least that a first process does: it buries those that have lost their parents. */
const init = '/usr/bin/perl -e for(;;){wait;select(undef,undef,undef,.1)}';
const script = '/etc/init.d/tideway-agent';
const pidFile = '/var/run/tideway-agent.pid';

describe.skipIf(!canBootDebian())('a fresh Debian without systemd', { timeout: 240_000 }, () => {
  let site: Site;
  let before: string[];
  let id = '';

  beforeAll(async () => {
    site = await Site.open(init);
    before = await site.device.files();
  }, 600_000);
  afterAll(() => site.close());

  it('becomes a device whose agent runs below an init script', async () => {
    const { code, out } = await site.install(`-p=${await site.pairingToken()} -n old`);
    expect(out).toMatch(/This device is d-\S+ of http/);
    expect(code).toBe(0);
    id = /This device is (\S+) of/.exec(out)?.[1] ?? '';
    await site.untilOnline(id);
    expect(await site.device.ask('ls /etc/rc2.d /etc/rc6.d | grep tideway-agent')).toMatch(/^S\d+\S+\nK\d+\S+$/);
    expect(await site.device.ask('stat -c %a /var/log/tideway-agent.log')).toBe('600');
    expect(await site.device.commandLines()).not.toContain('twp_');
  });

  it('takes an update', async () => {
    const update = await site.order(id, `{ name: Write, run: 'echo "$HOME $TIDEWAY_SERVER" > /var/written' }`);
    expect(await endOf(update)).toMatchObject({ status: 'success' });
    expect(await site.device.ask('cat /var/written; rm /var/written')).toBe('/root');
  });

  it('has its agent back after it was killed', async () => {
    const killed = await agentProcess();
    await site.device.ask(`kill -9 ${killed}`);
    await until(async () => ![null, killed].includes(await agentProcess()));
    await site.untilOnline(id);
  });

  it('stops and starts it as every service', async () => {
    await site.device.ask(`${script} stop`);
    expect(await site.device.commandLines()).not.toContain('/opt/tideway-agent');
    expect((await site.device.run(`${script} status`)).code).toBe(3);
    await until(async () => (await site.devices()).every(({ state }) => state === 'offline'));
    // A second start finds the first.
    await site.device.ask(`${script} start && ${script} start`);
    await site.untilOnline(id);
  });

  it("takes no other process for the agent, where its number was the agent's once", async () => {
    const stale = `${script} stop; sleep 1000 >/dev/null 2>&1 & echo $! | tee ${pidFile}`;
    const stranger = await site.device.ask(stale);
    await site.device.ask(`${script} stop && ${script} start && kill ${stranger}`);
    await site.untilOnline(id);
  });

  it('is the same device after the line is run again, and as it was before once the agent is removed', async () => {
    const again = await site.install('');
    expect(again.out).toContain(`This device is still ${id} of`);
    expect(again.code).toBe(0);
    const { code, out } = await site.device.run('sh /opt/tideway-agent/install.sh --uninstall');
    expect(out).toContain(`The server still has it as ${id}`);
    expect(code).toBe(0);
    expect(await site.device.files()).toEqual(before);
    expect(await site.device.commandLines()).not.toContain('tideway');
  });

  it('runs the agent, and the steps, as another user where one is given', async () => {
    await site.device.ask('useradd --system --create-home pump');
    const { out } = await site.install(`-p ${await site.pairingToken()} -u pump -n reduced`);
    const reduced = /This device is (\S+) of/.exec(out)?.[1] ?? out;
    const update = await site.order(reduced, `{ name: Who, run: 'id -un > ~/who' }`);
    expect(await endOf(update)).toMatchObject({ status: 'success' });
    expect(await site.device.ask('cat ~pump/who')).toBe('pump');
    expect((await site.install('--uninstall')).code).toBe(0);
    expect(await site.device.commandLines()).not.toContain('tideway');
  });

  const agentProcess = async () => {
    const { out } = await site.device.run('tideway-agent status --json');
    return (JSON.parse(out) as { process: number | null }).process;
  };
});
