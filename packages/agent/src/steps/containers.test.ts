import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Step } from '@tideway/protocol';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endLeftovers, markerName } from '../system/leftover-processes.ts';
import { ContainerEngine, hasEngine, registryLogin } from '../testing/container-engine.ts';
import { runStepFixture } from '../testing/flow-fixtures.ts';
import { StepPlace } from '../testing/step-context.ts';
import { runStepOfType, settleStepOfType, undoStepOfType } from './executors.ts';
import { type StepContext, StepFailure, type StepOf } from './step.ts';

/** Every command in `npm run test:long`, every fifth one else. */
const isLong = process.env.TIDEWAY_LONG !== undefined;
const marker = 'd-test/containers/run_step/0';
const engine = new ContainerEngine();
const place = { now: new StepPlace() };

describe.skipIf(!hasEngine)('with a real container engine', () => {
  let registry: string;

  beforeAll(async () => {
    await engine.start();
    for (const version of ['1', '2']) engine.makeImage(`app:${version}`, version);
    registry = await engine.startRegistry();
    engine.makeImage('moving:1', 'in the registry');
    engine.push('moving:1', registry, 'team/app:1');
  });
  afterAll(() => engine.remove());
  beforeEach(() => {
    place.now.remove();
    place.now = new StepPlace();
  });
  afterEach(() => {
    for (const id of engine.lines('ps', '--all', '--quiet')) engine.docker('rm', '--force', '--volumes', id);
    place.now.remove();
  });

  describe('a docker step', () => {
    it('runs a container with its options and labels, and its command in words', async () => {
      const run_options = {
        restart: 'unless-stopped',
        attach: 'false',
        env: ['A=1', 'B=x y'],
        label: ['tideway.step=me'],
      };
      await run(docker({ command: ['sh', '-c', 'echo "$A $B" > /tmp/said'], run_options }));

      expect(engine.containers()).toEqual(['app running']);
      expect(engine.look('app', '{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.NetworkMode}}')).toBe(
        'unless-stopped host',
      );
      expect(engine.look('app', '{{index .Config.Labels "tideway.step"}}')).toBe('d-test/up-test/0');
      await until(() => inApp('cat', '/tmp/said') === '1 x y');
    });

    it('gives its container the variables of the step, and is not misled by them', async () => {
      const env = { TOKEN: "s3cret 'x'\n2", PATH: '/bin:/app/bin', DOCKER_TLS_VERIFY: '1' };
      await run({ ...docker({}), env }, { environment: { ...context().environment, ...env } });
      expect(inApp('sh', '-c', 'echo "$TOKEN $PATH $DOCKER_TLS_VERIFY"')).toBe(`${env.TOKEN} ${env.PATH} 1`);
    });

    it('gives its container a name that stays from update to update', async () => {
      await run(docker({ name: null }));
      const [name] = engine.lines('ps', '--format={{.Names}}');
      expect(name).toMatch(/^run-the-app-[0-9a-f]{8}$/);
      await run(docker({ name: null, tag: '2' }), update(2));
      await settle(docker({ name: null, tag: '2' }), update(2));
      expect(engine.containers()).toEqual([`${name} running`]);
    });

    it('keeps the previous container, stopped, until the new one is healthy, and then until the end of the update', async () => {
      await ranBefore();
      const step = docker({ tag: '2', wait_healthy_s: 60, run_options: health });
      const running = run(step, update(2));
      await until(() => engine.containers().includes('app running') && inApp('cat', '/version') === '2');
      expect(engine.containers()).toEqual([expect.stringMatching(/^app\.kept-\w+ exited$/), 'app running'].reverse());
      inApp('touch', '/tmp/ok');
      await running;

      expect(engine.containers()).toHaveLength(2);
      await settle(step, update(2));
      expect(engine.containers()).toEqual(['app running']);
      expect(inApp('cat', '/version')).toBe('2');
    });

    it('fails where the new one becomes unhealthy, with what it said, and the previous one runs again', async () => {
      await ranBefore({ restart: 'always' });
      const run_options = { ...health, 'health-cmd': 'echo no disk; exit 1', 'health-retries': '2' };
      const step = docker({ tag: '2', wait_healthy_s: 60, run_options, command: ['echo', 'I am the new one'] });

      await expect(run(step, update(2))).rejects.toThrow('The container app is unhealthy: no disk.');
      expect(place.now.output).toContain('I am the new one');
      expectPrevious();
      expect(engine.look('app', '{{.HostConfig.RestartPolicy.Name}}')).toBe('always');
    });

    it('fails where the new one ends, or is not up in time', async () => {
      await ranBefore();
      await expect(run(docker({ tag: '2', command: ['exit', '3'] }), update(2))).rejects.toThrow(
        'The container app ended with exit code 3.',
      );
      expectPrevious();
      const step = docker({ tag: '2', wait_healthy_s: 1, run_options: health });
      await expect(run(step, update(3))).rejects.toThrow('was not healthy within 1 s (running, starting)');
      expectPrevious();
    });

    it('leaves the previous one untouched where the new one cannot even be made', async () => {
      await ranBefore();
      const startedAt = engine.look('app', '{{.State.StartedAt}}');
      await expect(run(docker({ tag: '3' }), update(2))).rejects.toThrow('There is no image app:3 on this device.');
      await expect(run(docker({ tag: '2', run_options: { memory: '1x' } }), update(2))).rejects.toThrow(
        'invalid argument',
      );
      await undo(docker({ tag: '2' }), update(2));
      expect(engine.look('app', '{{.State.StartedAt}}')).toBe(startedAt);
    });

    it('is undone after its success, also twice, and can be run again then', async () => {
      await ranBefore();
      const step = docker({ tag: '2' });
      await run(step, update(2));
      await undo(step, update(2));
      expectPrevious();
      await undo(step, update(2));
      expectPrevious();
      await run(step, update(2));
      expect(inApp('cat', '/version')).toBe('2');
      await undo(step, update(2));
      await settle(step, update(2));
      expectPrevious();
    });

    it('leaves nothing behind where there was no container before', async () => {
      await run(docker({}));
      await undo(docker({}));
      expect(engine.containers()).toEqual([]);
    });

    it('says where the previous container is gone and cannot be put back', async () => {
      await ranBefore();
      await run(docker({ tag: '2' }), update(2));
      const [kept = ''] = engine.lines('ps', '--all', '--quiet', '--filter=status=exited');
      engine.docker('rm', kept);
      await expect(undo(docker({ tag: '2' }), update(2))).rejects.toThrow('app that was there before is gone');
    });

    it('replaces a container that somebody else made, but none that would remove itself', async () => {
      engine.docker('run', '--detach', '--name=app', '--network=host', 'app:1');
      await run(docker({ tag: '2' }), update(2));
      await undo(docker({ tag: '2' }), update(2));
      expectPrevious();
      engine.docker('rm', '--force', 'app');
      engine.docker('run', '--detach', '--rm', '--name=app', '--network=host', 'app:1');
      await expect(run(docker({ tag: '2' }), update(3))).rejects.toThrow('could not be put back; stop it first');
      expect(inApp('cat', '/version')).toBe('1');
    });

    it('deletes the previous image with the container, at the end of the update and not before', async () => {
      engine.docker('tag', 'app:1', 'old:1');
      engine.makeImage('old:2', 'other');
      await run(docker({ image: 'old', tag: '2' }));
      const step = docker({ image: 'old', tag: '1', delete_previous_image: true });
      await run(step, update(2));
      expect(engine.lines('images', '--quiet', 'old:2')).toHaveLength(1);
      await settle(step, update(2));
      await settle(step, update(2));
      expect(engine.lines('images', '--quiet', 'old')).toHaveLength(1);
      expect(engine.containers()).toEqual(['app running']);
    });

    it('takes its image out of an archive', async () => {
      engine.makeImage('packed:7', 'from the archive');
      engine.docker('save', '--output', path.join(place.now.folder, 'a.tar'), 'packed:7');
      engine.docker('image', 'rm', 'packed:7');
      place.now.addArtifact('images/app.tar', readFileSync(path.join(place.now.folder, 'a.tar')));
      await run(docker({ image: null, tag: null, archive: 'images/app.tar' }));
      expect(inApp('cat', '/version')).toBe('from the archive');

      engine.docker('save', '--output', path.join(place.now.folder, 'b.tar'), 'app:1', 'app:2');
      place.now.addArtifact('images/two.tar', readFileSync(path.join(place.now.folder, 'b.tar')));
      const two = docker({ image: null, tag: null, archive: 'images/two.tar' });
      await expect(run(two, update(2))).rejects.toThrow('holds several images, and must hold one');
      place.now.addArtifact('images/none.tar', 'no archive');
      const none = docker({ image: null, tag: null, archive: 'images/none.tar' });
      await expect(run(none, update(3))).rejects.toThrow(StepFailure);
      expect(inApp('cat', '/version')).toBe('from the archive');
    });

    it('fetches from a registry with its credentials, which are nowhere on the disk', async () => {
      const step = docker({ image: 'team/app', tag: '1', registry: 'edge', run_options: { pull: 'always' } });
      const known = { registry: async () => ({ url: registry, ...registryLogin }) };
      await run(step, known);
      expect(inApp('cat', '/version')).toBe('in the registry');
      expect(engine.look('app', '{{.Config.Image}}')).toBe(`${new URL(registry).host}/team/app:1`);
      const clear = [registryLogin.password, Buffer.from(`device:${registryLogin.password}`).toString('base64')];
      for (const text of clear) expect(filesWith(place.now.folder, text)).toEqual([]);
      expect(filesWith(place.now.folder, 'credHelpers')).toHaveLength(1);
      expect(place.now.output).not.toContain('s3cret');

      const wrong = { registry: async () => ({ url: registry, username: 'device', password: 'wrong' }) };
      await expect(run(step, { ...wrong, ...update(2) })).rejects.toThrow(/unauthorized|authentication required/i);
      expect(engine.containers()).toEqual(['app running']);
    });

    it('ends a pull at once when it is called off, and the previous container runs on', async () => {
      await ranBefore();
      const silent = createServer();
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const address = silent.address();
      const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
      const stop = new AbortController();
      const step = docker({ image: 'slow', registry: 'edge', run_options: { pull: 'always' } });
      const known = { registry: async () => ({ url, username: null, password: null }) };
      const running = run(step, { ...known, ...update(2), signal: stop.signal });
      await once(silent, 'connection');
      stop.abort(new StepFailure('stopped', 'The update was aborted.'));
      await expect(running).rejects.toThrow('The update was aborted.');
      silent.close();
      await undo(step, update(2));
      expectPrevious();
    });

    it('ends its wait at once when it is called off, and the previous container runs again', async () => {
      await ranBefore();
      const stop = new AbortController();
      const step = docker({ tag: '2', wait_healthy_s: 1000, run_options: health });
      const running = run(step, { ...update(2), signal: stop.signal });
      await until(() => engine.containers().includes('app running') && inApp('cat', '/version') === '2');
      stop.abort(new StepFailure('stopped', 'The update was aborted.'));
      await expect(running).rejects.toThrow('The update was aborted.');
      expectPrevious();
      await undo(step, update(2));
      expectPrevious();
    });

    it('leaves everything as it is where the agent itself ends, and goes on at its next start', async () => {
      await ranBefore();
      const stop = new AbortController();
      const step = docker({ tag: '2', wait_healthy_s: 1000, run_options: health });
      const running = run(step, { ...update(2), signal: stop.signal });
      await until(() => engine.containers().includes('app running') && inApp('cat', '/version') === '2');
      const id = engine.look('app', '{{.Id}}');
      stop.abort(new Error('The agent was stopped.'));
      await expect(running).rejects.toThrow('The agent was stopped.');
      inApp('touch', '/tmp/ok');
      await run(step, update(2));
      expect(engine.look('app', '{{.Id}}')).toBe(id);
    });

    it('settles what was broken off in its middle and never undone', async () => {
      await ranBefore();
      const stop = new AbortController();
      const step = docker({ tag: '2', wait_healthy_s: 1000, run_options: health });
      const running = run(step, { ...update(2), signal: stop.signal });
      await until(() => engine.containers().includes('app running') && inApp('cat', '/version') === '2');
      stop.abort(new Error('The agent was stopped.'));
      await expect(running).rejects.toThrow();
      await settle(step, update(2));
      expectPrevious();
    });

    it('comes through a power cut of the device while it waits', async () => {
      await ranBefore({ restart: 'always' });
      const stop = new AbortController();
      const step = docker({ tag: '2', wait_healthy_s: 1000, run_options: { ...health, restart: 'always' } });
      const running = run(step, { ...update(2), signal: stop.signal });
      await until(() => engine.containers().includes('app running') && inApp('cat', '/version') === '2');
      stop.abort(new Error('The agent was stopped.'));
      await expect(running).rejects.toThrow();
      await engine.restart();
      // The one that is kept must not come up beside the new one.
      expect(engine.containers().filter((line) => line.startsWith('app.kept'))).toEqual([
        expect.stringContaining('exited'),
      ]);
      await undo(step, update(2));
      expectPrevious();
    });

    it('takes values for text alone, wherever they stand', async () => {
      const run_options = {
        env: oddValues.map((value, index) => `V${index}=${value}`),
        label: oddValues.map((value, index) => `v${index}=${value}`),
      };
      await run(docker({ command: ['echo', ...oddValues], run_options }));
      for (const [index, value] of oddValues.entries()) {
        expect(engine.raw('exec', 'app', 'sh', '-c', `printf %s "$V${index}"`)).toBe(value);
        expect(engine.raw('inspect', `--format={{index .Config.Labels "v${index}"}}`, 'app')).toBe(`${value}\n`);
        for (const given of [{ image: value }, { tag: value }, { name: value }, { run_options: { restart: value } }]) {
          const invalid = run(docker(given), update(2));
          if (value.length < 4096) await expect(invalid).rejects.toMatchObject({ reason: 'invalid_value' });
          else await expect(invalid).rejects.toThrow(StepFailure);
        }
      }
      await until(() => engine.raw('logs', 'app') === `${oddValues.join(' ')}\n`);
      expect(engine.look('app', '{{.HostConfig.Privileged}}')).toBe('false');
      expect(inApp('sh', '-c', 'test -e /tmp/evil || echo none')).toBe('none');
      expect(engine.containers()).toEqual(['app running']);
    });

    it('refuses NUL and options that there are not, before anything is done', async () => {
      const faulty = [
        docker({ command: ['a\0b'] }),
        docker({ run_options: { env: ['A=\0'] } }),
        docker({ run_options: { 'env=A --privileged': 'x' } }),
        docker({ run_options: { rm: 'true' } }),
        docker({ name: 'x' }),
      ];
      for (const step of faulty) await expect(run(step)).rejects.toMatchObject({ reason: 'invalid_value' });
      expect(engine.containers()).toEqual([]);
    });
  });

  describe('a compose step', () => {
    it('brings a project up, replaces it, and puts the previous one back', async () => {
      place.now.addArtifact('one.yaml', project('app:1'));
      place.now.addArtifact('two.yaml', project('app:${TAG}', 'more'));
      await run(compose({ artifact: 'one.yaml', env_file: { NOTE: 'first' } }));
      expect(services()).toEqual(['web 1 first']);
      const file = path.join(place.now.root, 'var/lib/tideway-compose/shop/compose.yaml');
      expect(statSync(path.join(path.dirname(file), '.env')).mode & 0o777).toBe(0o600);

      const second = compose({ artifact: 'two.yaml', env_file: { TAG: '2', NOTE: "it's $5" } });
      await expect(run(second, update(2))).rejects.toMatchObject({ reason: 'invalid_value' });
      const fitting = compose({ artifact: 'two.yaml', env_file: { TAG: '2', NOTE: 'for $5 `now`' } });
      await run(fitting, update(2));
      expect(services()).toEqual(['more 2 for $5 `now`', 'web 2 for $5 `now`']);

      await undo(fitting, update(2));
      expect(services()).toEqual(['web 1 first']);
      expect(readFileSync(file, 'utf8')).toBe(project('app:1'));
      await undo(fitting, update(2));
      await settle(fitting, update(2));
      expect(services()).toEqual(['web 1 first']);
    });

    it('takes the project down, and its files away, where there was none before', async () => {
      place.now.addArtifact('one.yaml', project('app:1'));
      const step = compose({ artifact: 'one.yaml', path: '/srv/shop/my.yml', env_file: { NOTE: 'x' } });
      await run(step);
      expect(readdirSync(path.join(place.now.root, 'srv/shop')).sort()).toEqual(['.env', 'my.yml']);
      await undo(step);
      expect(services()).toEqual([]);
      expect(existsSync(path.join(place.now.root, 'srv/shop'))).toBe(false);
    });

    it('has the previous project run again where the new one does not become healthy, or is no project', async () => {
      place.now.addArtifact('one.yaml', project('app:1'));
      place.now.addArtifact(
        'ill.yaml',
        `${project('app:2')}    healthcheck: { test: 'exit 1', interval: 1s, retries: 1 }\n`,
      );
      place.now.addArtifact('odd.yaml', 'services: [what]');
      await run(compose({ artifact: 'one.yaml', env_file: { NOTE: 'first' } }));
      const ill = compose({ artifact: 'ill.yaml', wait_healthy_s: 60, env_file: { NOTE: 'second' } });
      await expect(run(ill, update(2))).rejects.toThrow('is unhealthy');
      expect(services()).toEqual(['web 1 first']);
      await expect(run(compose({ artifact: 'odd.yaml' }), update(3))).rejects.toMatchObject({
        reason: 'engine_failed',
      });
      expect(services()).toEqual(['web 1 first']);
    });

    it('is called off while it waits, and the previous project runs again', async () => {
      place.now.addArtifact('one.yaml', project('app:1'));
      place.now.addArtifact(
        'slow.yaml',
        `${project('app:2')}    healthcheck: { test: 'exit 1', interval: 1s, retries: 1000 }\n`,
      );
      await run(compose({ artifact: 'one.yaml', env_file: { NOTE: 'first' } }));
      const stop = new AbortController();
      const slow = compose({ artifact: 'slow.yaml', wait_healthy_s: 1000, env_file: { NOTE: 'second' } });
      const running = run(slow, { ...update(2), signal: stop.signal });
      await until(() => services().includes('web 2 second'));
      stop.abort(new StepFailure('stopped', 'The update was aborted.'));
      await expect(running).rejects.toThrow('The update was aborted.');
      expect(services()).toEqual(['web 1 first']);
    });

    it('puts the image back, too, where its name stands for another one meanwhile', async () => {
      engine.docker('tag', 'app:1', 'mutable:latest');
      place.now.addArtifact('same.yaml', project('mutable:latest'));
      const step = compose({ artifact: 'same.yaml', env_file: { NOTE: 'x' } });
      await run(step);
      engine.docker('tag', 'app:2', 'mutable:latest');
      await run(step, update(2));
      expect(services()).toEqual(['web 2 x']);
      await undo(step, update(2));
      expect(services()).toEqual(['web 1 x']);
    });

    it('does not touch a project of this name that comes from elsewhere', async () => {
      place.now.addArtifact('one.yaml', project('app:1'));
      await run(compose({ artifact: 'one.yaml', env_file: { NOTE: 'x' } }));
      const step = compose({ artifact: 'one.yaml', path: '/elsewhere', env_file: { NOTE: 'x' } });
      await expect(run(step, update(2))).rejects.toThrow(
        /is there already, from .*compose.yaml: give the step that path/,
      );
      expect(services()).toEqual(['web 1 x']);
    });

    it('takes values for text alone', async () => {
      place.now.addArtifact('one.yaml', project('app:1'));
      const values = [...oddValues.filter((value) => !value.includes('\n')), 'back\\slash', '$HOME $$', ' # x '];
      const named = Object.fromEntries(values.map((value, index) => [`V${index}`, value]));
      const variables = Object.keys(named).map((name) => `${name}: "\${${name}}"`);
      const environment = `environment: { NOTE: "", ${variables.join(', ')} }`;
      place.now.addArtifact('odd.yaml', project('app:1').replace(/environment: .*/, environment));
      await run(compose({ artifact: 'odd.yaml', env_file: named }));
      const id = engine.lines('ps', '--quiet')[0] ?? '';
      const told = 'for n in $(seq 0 20); do eval "printf %s, \\"\\$V$n\\""; done';
      const expected = [...values, ...Array(21 - values.length).fill('')].map((value) => `${value},`).join('');
      expect(engine.raw('exec', id, 'sh', '-c', told)).toBe(expected);
      for (const env_file of [{ A: 'x\ny' }, { A: 'x\0y' }, { A: '${HOME}' }]) {
        await expect(run(compose({ artifact: 'one.yaml', env_file }), update(20))).rejects.toMatchObject({
          reason: 'invalid_value',
        });
      }
      await expect(run(compose({ artifact: 'one.yaml', project: '../x' }), update(20))).rejects.toThrow('a project');
    });
  });

  describe('a process that is killed in the middle', () => {
    const bundle = mkdtempSync(path.join(tmpdir(), 'tideway-step-in-child-'));
    const program = path.join(bundle, 'step-in-child.mjs');
    beforeAll(async () => {
      await build({
        entryPoints: [path.join(import.meta.dirname, '../testing/step-in-child.ts')],
        outfile: program,
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node20',
        banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      });
    });
    afterAll(() => rmSync(bundle, { recursive: true }));

    /** Kills running and undoing at the same number of changes, and goes on each time as the agent does. */
    async function survive(step: Step, expectNew: () => void, expectOld: () => void): Promise<void> {
      let runs = Number.POSITIVE_INFINITY;
      let undos = Number.POSITIVE_INFINITY;
      for (let diesAt = 1; diesAt <= runs || diesAt <= undos; diesAt += isLong ? 1 : 5) {
        const context = update(100 + diesAt);
        await inChild(program, 'run', step, context, diesAt).then((count) => (runs = count ?? runs));
        await run(step, context);
        expectNew();
        await inChild(program, 'undo', step, context, diesAt).then((count) => (undos = count ?? undos));
        await undo(step, context);
        await settle(step, context);
        expectOld();
      }
    }

    it('leaves a container that can be run again, and undone again, at every command', {
      timeout: 300_000,
    }, async () => {
      await ranBefore({ restart: 'unless-stopped' });
      const step = docker({ tag: '2' });
      await survive(step, () => expect(inApp('cat', '/version')).toBe('2'), expectPrevious);
    });

    it('leaves a project that can be run again, and undone again, at every command', { timeout: 300_000 }, async () => {
      place.now.addArtifact('one.yaml', project('app:1'));
      place.now.addArtifact('two.yaml', project('app:2', 'more'));
      await run(compose({ artifact: 'one.yaml', env_file: { NOTE: 'x' } }));
      await survive(
        compose({ artifact: 'two.yaml', env_file: { NOTE: 'y' } }),
        () => expect(services()).toEqual(['more 2 y', 'web 2 y']),
        () => expect(services()).toEqual(['web 1 x']),
      );
    });
  });
});

const oddValues = [
  `it's "x"`,
  '$(touch /tmp/evil) `touch /tmp/evil`; touch /tmp/evil',
  'one\ntwo',
  '../../../etc',
  '--privileged',
  'ünïcödé 𝄞',
  'x'.repeat(4096),
];

const health = { 'health-cmd': 'test -e /tmp/ok', 'health-interval': '200ms', 'health-retries': '1000' };

function context(changes: Partial<StepContext> = {}): StepContext {
  return place.now.context({ environment: { ...engine.environment, [markerName]: marker }, ...changes });
}

/** Another update than the first one, with a keep folder of its own. */
function update(number: number): Partial<StepContext> {
  const keepFolder = path.join(place.now.folder, `keep-${number}`);
  mkdirSync(keepFolder, { recursive: true });
  return { keepFolder, origin: { device: 'd-test', flow: 'f-test', update: `up-${number}`, step: 0 } };
}

const run = (step: Step, changes: Partial<StepContext> = {}) => runStepOfType(step, context(changes));
const undo = (step: Step, changes: Partial<StepContext> = {}) => undoStepOfType(step, context(changes));
const settle = (step: Step, changes: Partial<StepContext> = {}) => settleStepOfType(step, context(changes));

/** Does an act in a process that dies in it; gives how many commands changed something where it lives to the end. */
async function inChild(
  program: string,
  act: 'run' | 'undo',
  step: Step,
  changes: Partial<StepContext>,
  diesAt: number,
): Promise<number | null> {
  const order = path.join(place.now.folder, 'order.json');
  const { signal: _signal, ...given } = context(changes);
  writeFileSync(order, JSON.stringify({ act, step, context: given, artifacts: place.now.artifactList(), diesAt }));
  const child: ChildProcess = fork(program, [order]);
  let count: number | null = null;
  child.on('message', (changed) => (count = Number(changed)));
  await once(child, 'exit');
  if (count === null) expect(child.signalCode).toBe('SIGKILL');
  await endLeftovers(marker, null);
  return count;
}

/** The container that the first update brought. */
async function ranBefore(run_options: StepOf<'docker'>['with']['run_options'] = {}): Promise<void> {
  await run(docker({ run_options }));
}

function expectPrevious(): void {
  expect(engine.containers()).toEqual(['app running']);
  expect(inApp('cat', '/version')).toBe('1');
}

function inApp(...words: string[]): string {
  return inContainer('app', ...words);
}

function inContainer(name: string, ...words: string[]): string {
  try {
    return engine.docker('exec', name, ...words);
  } catch (error) {
    return String(error);
  }
}

/** What runs of the project: service, version of its image, what it knows. */
function services(): string[] {
  const running = engine.lines('ps', '--format={{.ID}} {{.Label "com.docker.compose.service"}}');
  return running
    .map((line) => line.split(' '))
    .map(([id = '', service]) => `${service} ${inContainer(id, 'sh', '-c', 'echo "$(cat /version) $NOTE"')}`)
    .sort();
}

function project(image: string, ...more: string[]): string {
  const service = (name: string) =>
    [
      `  ${name}:`,
      `    image: ${image}`,
      '    network_mode: host',
      '    init: false',
      '    environment: { NOTE: "${NOTE}" }',
      '',
    ].join('\n');
  return `version: '3.7'\nservices:\n${[...more, 'web'].map(service).join('')}`;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(100);
}

function filesWith(folder: string, text: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.map((name) => path.join(folder, name)).filter((file) => statSync(file).isFile());
  return files.filter((file) => readFileSync(file, 'latin1').includes(text));
}

function docker(given: Partial<StepOf<'docker'>['with']>): StepOf<'docker'> {
  const { name, uses: _uses, with: _with, ...rest } = runStepFixture('Run the app', '');
  return {
    ...rest,
    name,
    uses: 'docker',
    with: {
      image: 'app',
      tag: '1',
      archive: null,
      registry: null,
      name: 'app',
      command: null,
      wait_healthy_s: null,
      delete_previous_image: false,
      ...given,
      run_options: { network: 'host', pull: 'never', ...given.run_options },
    },
  };
}

function compose(given: Partial<StepOf<'compose'>['with']>): StepOf<'compose'> {
  const { name, uses: _uses, with: _with, ...rest } = runStepFixture('Run the shop', '');
  const own = {
    artifact: '',
    registry: null,
    sha256: null,
    project: 'shop',
    path: null,
    env_file: {},
    wait_healthy_s: null,
  };
  return { ...rest, name, uses: 'compose', with: { ...own, ...given } };
}
