import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startTestServer, type TestServer } from '@tideway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'tideway-install-'));
const publicUrl = 'https://updates.example.com/$(touch${IFS}pwned)';
let server: TestServer;

beforeAll(async () => {
  const file = { name: 'tideway-agent.mjs', kind: 'node', os: null, arch: null, size: 5, sha256: 'a'.repeat(64) };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ version: '0.1.0+261ecc779119', files: [file] }));
  server = await startTestServer({ agentFiles: folder, publicUrl });
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

describe('the script that installs the agent', () => {
  it('knows the server by its setting, whatever the request says', async () => {
    const script = await scriptOf(server, { host: 'evil.example', 'x-forwarded-host': 'evil.example' });
    expect(script).toContain(`\nserver='${publicUrl}'\n`);
    expect(script).toContain(`node - - tideway-agent.mjs 5 ${'a'.repeat(64)}`);
    expect(script).not.toContain('evil.example');
  });

  it.each([
    [{ publicUrl: null }, 'This server does not know its own address: set TIDEWAY_PUBLIC_URL, and start it anew.'],
    [{ publicUrl, agentFiles: '/nonexistent' }, 'This server has no program of the agent to give out.'],
  ])('says in the shell that it cannot be made with %j', async (settings, sentence) => {
    const other = await startTestServer({ agentFiles: folder, ...settings });
    try {
      const { status, stderr } = run(await scriptOf(other));
      expect([status, stderr]).toEqual([1, `install.sh: ${sentence}\n`]);
    } finally {
      await other.stop();
    }
  });

  it('can be offered by a dashboard, which asks for the address and for what is given out', async () => {
    const settings = { maxArtifactBytes: 1000, agentFiles: '/nonexistent' };
    const other = await startTestServer(settings);
    const version = expect.any(String);
    expect((await server.request('GET', '/api/v2/server')).body).toMatchObject({
      version,
      public_url: publicUrl,
      agent_version: '0.1.0+261ecc779119',
    });
    expect((await other.request('GET', '/api/v2/server')).body).toEqual({
      version,
      public_url: null,
      agent_version: null,
      max_artifact_bytes: 1000,
    });
    await other.stop();
  });

  it('takes text for text', async () => {
    const { status, stdout } = run(await scriptOf(server), '--help');
    expect(status).toBe(0);
    expect(stdout).toContain(`curl -fsSL ${publicUrl}/install.sh | sh -s -- -p TOKEN`);
    expect(readdirSync(folder)).toEqual(['manifest.json']);
  });

  it('does nothing where its download was cut off', async () => {
    const script = (await scriptOf(server)).trimEnd();
    for (let cut = 1; cut < 30; cut += 1) {
      const { stdout } = run(script.slice(0, Math.floor((script.length * cut) / 30)), '--help');
      expect(stdout).toBe('');
    }
    expect(run(script.slice(0, -1), '--help').stdout).toBe('');
  });

  it.each([
    [['-x', '1'], 'There is no option -x.'],
    [['-n'], '-n needs a value.'],
    [['-n='], '-n needs a value.'],
    [['-n', '-g', 'North'], '-n needs a value, and -g looks like an option: write -n=-g if it is none.'],
    [['-an', 'camera'], '-an needs -av: the version of the app.'],
    [['-av=1.0'], '-av needs -an: the name of the app.'],
    [['twp_a', '--claim-token=twc_b'], '-p and --claim-token are two ways to join: give one of them.'],
    [['--runtime', 'deno'], '--runtime is node or executable, not deno.'],
  ])('refuses %j before it does anything', async (words, sentence) => {
    const { status, stderr } = run(await scriptOf(server), ...words);
    expect([status, stderr]).toEqual([2, `install.sh: ${sentence}\nOptions: --help\n`]);
  });
});

function scriptOf({ url }: TestServer, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    get(`${url}/install.sh`, { headers }, (answer) => resolve(text(answer))).once('error', reject);
  });
}

function run(script: string, ...words: string[]) {
  return spawnSync('sh', ['-s', '--', ...words], { input: script, encoding: 'utf8', cwd: folder });
}
