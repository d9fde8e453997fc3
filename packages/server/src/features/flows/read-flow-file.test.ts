import { ownFlowFile, vendorFlowFile } from '@tideway/testkit';
import { describe, expect, it } from 'vitest';
import { readFlowFile } from './read-flow-file.rules.ts';

const bomb = `flows:\n${'abcdefgh'
  .split('')
  .map((name, index, names) => `  ${name}: &${name} [${`*${names[index - 1]},`.repeat(index === 0 ? 0 : 10)}]\n`)
  .join('')}`;

function oneStep(type: string, given: string): string {
  return `{ steps: [{ name: one, uses: tideway/${type}, with: ${given} }] }`;
}

describe('a file of flows', () => {
  it('is read into its normal form', () => {
    const [flow] = flowsOf(ownFlowFile);

    expect(flow).toMatchObject({
      name: 'app-release',
      timeout_s: 7200,
      reboot_after_update: false,
      inputs: {
        version: { required: true, pattern: '^\\d+\\.\\d+\\.\\d+$', default: null, secret: false },
        conf_path: { required: false, default: '/etc/app/settings.conf' },
      },
      rollback: { shell: 'sh', script: 'systemctl restart app' },
    });
    expect(flow?.steps).toMatchObject([
      { uses: 'run', timeout_s: 60, repeatable: false, with: { shell: 'sh', script: 'systemctl stop app' } },
      {
        uses: 'files',
        repeatable: true,
        with: { artifacts: [{ artifact: 'app/${{ inputs.version }}/app.tar.gz' }], path: '/opt/app', extract: true },
        on_failure: { revert_all_files: true, trigger: 'any_step_failure', run_rollback: true },
      },
      {
        uses: 'run',
        with: { script: '/opt/app/migrate --conf "${INPUT_CONF_PATH}"' },
        retry: { attempts: 3, delay_s: 10 },
      },
      { uses: 'check', with: { probe: { kind: 'http', expect_status: 200 }, within_s: 60 } },
    ]);
  });

  it("is read in the vendor's form as it is", () => {
    const [flow] = flowsOf(vendorFlowFile);

    expect(Object.keys(flow?.inputs ?? {})).toEqual(['product', 'channel', 'tag']);
    expect(flow?.steps).toMatchObject([
      {
        uses: 'docker',
        with: {
          registry: 'edge-registry',
          image: 'vision/${{ inputs.product }}/${{inputs.channel }}',
          tag: '${{ inputs.tag }}',
          run_options: { restart: 'unless-stopped', attach: 'false' },
          command: ['serve', '--warm'],
          delete_previous_image: true,
        },
        on_failure: { revert_all_files: true, trigger: 'any_step_failure' },
      },
      { uses: 'run', with: { script: 'logger "model server ${INPUT_TAG}"' } },
      {
        uses: 'download-artifact',
        with: { registry: 'edge-registry', artifact: 'models/labels.json', path: '/opt/vision' },
        on_failure: { revert_all_files: false, trigger: 'this_step_failure' },
      },
    ]);
  });

  it('is the same flow in JSON', () => {
    const json = JSON.stringify({ flows: { a: { steps: [{ name: 'one', run: 'true', timeout: '90s' }] } } });
    const yaml = 'flows:\n  a:\n    steps:\n      - { name: one, run: "true", timeout: 90s }\n';

    expect(flowsOf(json)).toEqual(flowsOf(yaml));
  });

  it('may hold several flows', () => {
    const steps = 'steps: [{ name: one, run: ls }]';

    expect(flowsOf(`flows:\n  a: { ${steps} }\n  b: { ${steps} }\n`).map((flow) => flow.name)).toEqual(['a', 'b']);
  });

  it('keeps the text of an unquoted number', () => {
    const [flow] = flowsOf(
      'flows:\n  a:\n    inputs: { v: { default: 1.10 } }\n    steps: [{ name: one, run: "echo ${{ inputs.v }}" }]',
    );

    expect(flow?.inputs.v?.default).toBe('1.10');
  });

  it('may use YAML aliases', () => {
    const text = 'flows:\n  a: { steps: &s [{ name: one, run: ls }] }\n  b: { steps: *s }\n';
    const [one, other] = flowsOf(text);

    expect(other?.steps).toEqual(one?.steps);
  });

  it('may give an anchor anew: an alias stands for the nearest before it', () => {
    const text = `flows:
  a: { description: &d first, steps: [{ name: *d, run: ls }] }
  b: { description: &d second, steps: [{ name: *d, run: ls }] }
`;
    expect(flowsOf(text).map(({ steps }) => steps[0]?.name)).toEqual(['first', 'second']);
  });

  it('may use one anchor thousands of times, and is read at once', () => {
    const names = Array.from({ length: 9_000 }, () => '*d').join(', ');
    const text = `flows: { a: { requires: { os: [&d linux, ${names}] }, steps: [{ name: one, run: ls }] } }`;
    expect(flowsOf(text)[0]?.requires.os).toHaveLength(9_001);
  });

  it('takes the responsibility for a step where it says so', () => {
    const step = `{ name: one, run: "sh -c 'echo \${{ inputs.x }}'", unsafe-interpolation: true }`;
    const [flow] = flowsOf(`flows: { a: { steps: [${step}] } }`);

    expect(flow?.steps[0]?.with).toEqual({ shell: 'sh', script: "sh -c 'echo ${{ inputs.x }}'" });
  });

  it.each([
    ['{ image: "a/b:1.2" }', { image: 'a/b', tag: '1.2', archive: null }],
    ['{ image: "host:5000/b" }', { image: 'host:5000/b', tag: null, archive: null }],
    ['{ image: "a:${{ inputs.v }}" }', { image: 'a', tag: '${{ inputs.v }}', archive: null }],
    ['{ image-path: images/a.tar.gz }', { image: null, tag: null, archive: 'images/a.tar.gz' }],
  ])('knows the image of %s', (given, expected) => {
    const [flow] = flowsOf(`flows: { a: ${oneStep('docker', given)} }`);

    expect(flow?.steps[0]?.with).toMatchObject(expected);
  });

  it.each([
    ['script', '{ artifact: a/b.sh, arguments: [x, "${{ device.name }}"] }'],
    ['files', '{ artifacts: [a/b, { artifact: c/d }], path: /opt, mode: 644, owner: app:app }'],
    ['files', '{ artifact: a/b, path: /opt/b, mode: "04755" }'],
    ['download-artifact', '{ artifact: a/b, path: /opt/b }'],
    ['docker', '{ archive: images/app.tar, run-options: { env: [A=1, B=2] }, wait-healthy: 30s }'],
    ['compose', '{ artifact: app/compose.yml, project: app, env: { TAG: "${{ inputs.tag }}" }, wait-healthy: 1m }'],
    ['git', '{ repository: https://git.example.org/a.git, ref: main, path: /srv/a, submodules: true }'],
    ['deb', '{ packages: [nginx=1.2.3, { name: curl }], artifacts: [debs/a.deb] }'],
    ['image', '{ artifact: os/1.raucb, installer: rauc, confirm-within: 5m }'],
    ['check', '{ tcp: "127.0.0.1:80" }'],
    ['check', '{ command: test -f /x, shell: bash, within: 5s }'],
    ['check', '{ systemd: app.service }'],
    ['check', '{ file: /run/app.ready }'],
    ['reboot', '{}'],
  ])('knows the step %s with %s', (type, given) => {
    const [flow] = flowsOf(`flows:\n  a:\n    steps:\n      - { name: one, uses: tideway/${type}, with: ${given} }\n`);

    expect(flow?.steps[0]?.uses).toBe(type);
  });

  it('is refused with all of its faults at once, each with path and line', () => {
    expect(
      faultsOf(`flows:
  a:
    inputs:
      x: {}
      a-b: {}
      a_b: {}
      n: { pattern: '(', defualt: 5 }
      m: { pattern: '[a-z]+', default: ab1 }
    timeout: soon
    rollback: { run: "eval \${{ inputs.x }} \${{ inputs.z }}" }
    steps:
      - name: one
        run: |
          echo fine
          echo '\${{ inputs.x }}'
      - name: one
        run: echo \${{ inputs.y }} \${{ secrets.z }}
      - name: two
        uses: tideway/file
      - name: three
        uses: tideway/files
        with: { artifact: a/b, path: ../etc, onwer: app }
      - name: four
        uses: tideway/files
        with: { artifact: "a/\${{ device.id }}", path: ../etc }
      - name: five
        tiemout: 5m
        retry: { attempts: 0, dealy: 1s }
        run: echo "\${{ inputs.gone }}"
      - run: ls
        name: five
        run: ls
`).map(({ path, line }) => `${line} ${path}`),
    ).toEqual([
      '6 flows.a.inputs.a_b',
      '7 flows.a.inputs.n.defualt',
      '7 flows.a.inputs.n',
      '8 flows.a.inputs.m',
      '9 flows.a.timeout',
      '10 flows.a.rollback.run',
      '10 flows.a.rollback.run',
      '10 flows.a.rollback.run',
      '15 flows.a.steps[0].run',
      '16 flows.a.steps[1].name',
      '17 flows.a.steps[1].run',
      '17 flows.a.steps[1].run',
      '19 flows.a.steps[2].uses',
      '22 flows.a.steps[3].with.onwer',
      '22 flows.a.steps[3].with.path',
      '25 flows.a.steps[4].with.artifact',
      '25 flows.a.steps[4].with.path',
      '27 flows.a.steps[5].tiemout',
      '28 flows.a.steps[5].retry.attempts',
      '28 flows.a.steps[5].retry.dealy',
      '29 flows.a.steps[5].run',
      '31 flows.a.steps[6].name',
      '32 ',
    ]);
  });

  it.each([
    ['flows: {}', 'flows must name at least one flow'],
    ['flows: { a: { steps: [] } }', 'flows.a.steps must have at least one step'],
    ['flows: { a: {} }', 'flows.a.steps is required'],
    ['flows: [a]', 'flows must be an object'],
    ['flow: {}', 'flows is required'],
    ['just text', 'must be an object'],
    ['', 'must be an object'],
    ['flows: { a: { steps: [{ name: one }] } }', 'must have either "run"'],
    ['flows: { a: { steps: [{ run: ls }] } }', 'flows.a.steps[0].name is required'],
    ['flows: { a: { steps: [{ name: one, run: ls, tiemout: 5m }] } }', 'did you mean timeout?'],
    ['flows: { a: { steps: [{ name: one, uses: tideway/dokcer }] } }', 'did you mean tideway/docker?'],
    ['flows: { a: { steps: [{ name: one, uses: tideway/check, with: { tcp: here } }] } }', 'a host and a port'],
    [
      `flows: { a: ${oneStep('check', '{ within: 5s }')} }`,
      'flows.a.steps[0].with must have one of: http, tcp, command, systemd, file',
    ],
    [
      `flows: { a: ${oneStep('check', '{ http: "http://localhost", command: ls }')} }`,
      'flows.a.steps[0].with has http and command: only one of http, tcp, command, systemd, file',
    ],
    [
      'flows: { a: { steps: [{ name: one, run: ls }, { name: one, uses: tideway/none }] } }',
      'flows.a.steps[1].name is the name of flows.a.steps[0] already',
    ],
    [
      'flows: { a: { steps: [{ name: one, run: ls, env: { A=B: c } }] } }',
      'flows.a.steps[0].env.A=B must be a name of a variable',
    ],
    ['flows: { a: { inputs: { 1st: {} }, steps: [{ name: one, run: ls }] } }', 'flows.a.inputs.1st must be a name:'],
    ['flows:\n  a: {\n', 'not valid YAML'],
    ['flows:\n  a: 1\n  a: 2\n', 'not valid YAML'],
    ['flows: *x', 'there is no &x before it'],
    ['flows: &x { a: *x }', 'nested too deeply'],
    [bomb, 'too many values'],
    ['['.repeat(50_000), 'nested too deeply'],
    ['flows: { a: { steps: [{ name: one, run: ls, on-failure: { ignroe: true } }] } }', 'did you mean ignore?'],
    ['flows: { a: { steps: [{ name: one, run: ls, timeout: 5 }] } }', 'must be a duration'],
    ['flows: { a: { inputs: {}, steps: [{ name: one, run: "ls ${{ inputs.x }}" }] } }', 'no input x'],
    ['flows: { a: { steps: [{ name: one, run: "ls ${{ config.a-b }} ${{ config.a_b }}" }] } }', 'shares the variable'],
    ['flows: { a: { steps: [{ name: one, run: "ls ${{ device.serial }}" }] } }', 'there is no device.serial'],
    [`flows: { a: ${oneStep('docker', '{ image: "a:1", tag: 2 }')} }`, 'in "image" already'],
    [`flows: { a: ${oneStep('docker', `{ image: a, command: 'sh -c "echo \${{ inputs.x }}"' }`)} }`, 'by sh -c'],
    [`flows: { a: ${oneStep('docker', '{ image: a, run-options: { health-cmd: "x ${{ inputs.x }}" } }')} }`, 'by eval'],
    [
      `flows: { a: ${oneStep('docker', '{ image: a, run-options: { entrypoint: sh }, command: "-c \'x ${{ inputs.x }}\'" }')} }`,
      'by sh -c',
    ],
    [
      `flows: { a: ${oneStep('docker', '{ image: a, command: "say \'hello" }')} }`,
      "has no end of what begins at 'hello",
    ],
    [
      `flows: { a: ${oneStep('docker', '{ image: a, run-options: { privilged: "true" } }')} }`,
      'did you mean privileged?',
    ],
    [`flows: { a: ${oneStep('docker', '{ image: a, run-options: { "env=A=1 --privileged": x } }')} }`, 'is no option'],
    [`flows: { a: ${oneStep('docker', '{ image: a, run-options: { rm: "true" } }')} }`, 'could not be put back'],
    [
      `flows: { a: ${oneStep('docker', '{ image: a, run-options: { user: [a, b] } }')} }`,
      'takes one value, not a list',
    ],
    [`flows: { a: ${oneStep('docker', '{ image: a, run-options: { restart: sometimes } }')} }`, 'must be no, always'],
    [`flows: { a: ${oneStep('docker', '{ image: a/B }')} }`, 'must be an image name'],
    [`flows: { a: ${oneStep('script', '{ artifact: a, registry: "${{ inputs.x }}" }')} }`, 'must be written out'],
    [`flows: { a: ${oneStep('git', '{ repository: --upload-pack=x, ref: main, path: /a }')} }`, 'hyphen'],
    [`flows: { a: ${oneStep('files', '{ artifact: a, path: "/a/../${{ inputs.x }}" }')} }`, 'must not contain ".."'],
    [`flows: "${'x'.repeat(256 * 1024)}"`, '256 KiB'],
  ])('is refused: %s', (text, message) => {
    expect(
      faultsOf(text)
        .map((fault) => fault.message)
        .join('\n'),
    ).toContain(message);
  });
});

function flowsOf(text: string) {
  const read = readFlowFile(text);
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return read.flows;
}

function faultsOf(text: string) {
  const read = readFlowFile(text);
  if ('flows' in read) throw new Error('The file was not refused');
  return read.faults;
}
