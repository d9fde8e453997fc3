import { execFileSync } from 'node:child_process';
import type { FlowInput } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import {
  commandLine,
  curlLine,
  withoutSecrets,
} from '../../../dashboard/src/features/new-deployment/order-lines.rules.ts';
import type { OrderBody } from '../../../dashboard/src/features/new-deployment/order-values.rules.ts';
import { shellWord } from '../../../dashboard/src/platform/ui/shell-word.rules.ts';

const target = { url: 'https://tideway.example.org', projectKey: 'greenhouses', projectName: "Anna's greenhouses" };
const plain: OrderBody = { device_filter: {}, deployment_configuration: { flow_uuid: 'f-0000-0001' } };

/** The words that a shell makes of a line, with the command in front taken for one that only prints them. */
function wordsOf(line: string): string[] {
  const printed = execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }; tideway() { curl "$@"; }\n${line}`], {
    env: { ...process.env, TIDEWAY_TOKEN: 'twu_secret' },
    encoding: 'utf8',
  });
  return printed.split('\0').slice(0, -1);
}

describe('a word of a shell', () => {
  it('comes out as it went in', () => {
    for (const text of ['plain', "it's", '$HOME `id` "x" \\', 'a\nb', '', '*', '~', '!!', '-x', '<a>', 'ü;&|']) {
      expect(wordsOf(`curl ${shellWord(text)}`)).toEqual([text]);
    }
  });
});

describe('the curl line', () => {
  it('is a call of /v2/deploy_update with the whole order', () => {
    const words = wordsOf(
      curlLine(
        {
          device_filter: { groups: [{ name: 'North' }] },
          device_ids: ['d-0000-0001'],
          deployment_configuration: { flow_uuid: 'f-0000-0001', comment: "it's $5", parameters_mapping: { a: '1' } },
          configuration: { level: 'info' },
          expires_in: '7d',
        },
        target,
      ),
    );
    expect(words.slice(0, -1)).toEqual([
      '--fail-with-body',
      '-sS',
      'https://tideway.example.org/v2/deploy_update',
      '-H',
      'Authorization: Bearer twu_secret',
      '-H',
      'Content-Type: application/json',
      '--data',
    ]);
    expect(JSON.parse(words.at(-1) ?? '')).toEqual({
      flow_id: 'f-0000-0001',
      devices_filter: {
        project: { name: "Anna's greenhouses" },
        groups: [{ name: 'North' }],
        filters: [{ type: 'specific_device', operand: 'is', value: 'd-0000-0001' }],
      },
      comment: "it's $5",
      parameters_mapping: { a: '1' },
      configuration: { level: 'info' },
      expires_in: '7d',
    });
  });

  it('goes where a list of devices is taken, where several were picked', () => {
    const body = { ...plain, device_ids: ['d-0000-0001', 'd-0000-0002'] };
    const words = wordsOf(curlLine(body, target));
    expect(words).toContain('https://tideway.example.org/api/v2/greenhouses/deployments');
    expect(JSON.parse(words.at(-1) ?? '')).toEqual(body);
  });
});

describe('the command line', () => {
  it('selects every device by name of that flag', () => {
    expect(commandLine(plain, target)).toBe(
      'tideway deploy --project greenhouses \\\n  --flow f-0000-0001 \\\n  --all',
    );
  });

  it('has a flag for each part of the order', () => {
    const words = wordsOf(
      commandLine(
        {
          device_filter: {
            groups: [{ name: 'North side' }, { name: 'South' }],
            filters: [
              { type: 'specific_device', operand: 'is', value: 'd-0000-0001' },
              { type: 'specific_device', operand: 'is_not', value: 'd-0000-0002' },
              { type: 'tag', operand: 'is', value: '-x' },
              { type: 'app', operand: 'is_not', value: 'irrigation', app_version: 'v3' },
              { type: 'device_state', operand: 'is', value: 'online' },
              { type: 'deployment', operand: 'is', value: 'failed', deployment_id: 'dp-0000-0001' },
              { type: 'update_status', operand: 'is_not', value: 'pending' },
            ],
          },
          deployment_configuration: {
            flow_uuid: 'f-0000-0001',
            parameters_mapping: { version: '1.1.0', text: "a=b 'c'" },
            app: { name: 'a@b', version: 'v4' },
            comment: 'two\nlines',
          },
          schedule: { start_at: '2030-01-31T03:00:00.000Z' },
          expires_in: '7d',
          timeout: '2h',
          abort_deadline: '5m',
          supersede: 'same_app',
          max_failures: '10%',
        },
        target,
      ),
    );
    expect(words).toEqual([
      ...['deploy', '--project', 'greenhouses', '--flow', 'f-0000-0001', '--group', 'North side', '--group', 'South'],
      ...['--device', 'd-0000-0001', '--not-device', 'd-0000-0002', '--tag', '-x', '--lacks-app', 'irrigation@v3'],
      ...['--state', 'online', '--in-deployment', 'dp-0000-0001:failed', '--not-last-update', 'pending'],
      ...['--param', 'version=1.1.0', '--param', "text=a=b 'c'", '--app', 'a@b@v4', '--comment', 'two\nlines'],
      ...['--start-at', '2030-01-31T03:00:00.000Z', '--expires-in', '7d', '--timeout', '2h', '--abort-deadline', '5m'],
      ...['--supersede', 'same_app', '--max-failures', '10%'],
    ]);
  });

  it('gives a configuration to standard input', () => {
    const line = commandLine({ ...plain, configuration: { a: "it's" } }, target);
    expect(wordsOf(line).slice(-2)).toEqual(['--config', '-']);
    expect(execFileSync('sh', ['-c', `tideway() { cat; }\n${line}`], { encoding: 'utf8' })).toBe(
      JSON.stringify({ a: "it's" }, null, 2),
    );
  });

  it.each([
    ['two devices that are both meant', { filters: [deviceIs('d-0000-0001'), deviceIs('d-0000-0002')] }],
    ['an app without a version whose name has an @', { filters: [{ ...tag, type: 'app', value: 'a@b' }] }],
    ['a version with an @', { filters: [{ ...tag, type: 'app', app_version: 'v@1' }] }],
  ] as const)('gives the whole order to standard input where flags would say another: %s', (_, filter) => {
    const body = { ...plain, device_filter: filter } as unknown as OrderBody;
    const line = commandLine(body, target);
    expect(wordsOf(line)).toEqual(['deploy', '--project', 'greenhouses', '--file', '-']);
    expect(JSON.parse(execFileSync('sh', ['-c', `tideway() { cat; }\n${line}`], { encoding: 'utf8' }))).toEqual(body);
  });
});

describe('a secret', () => {
  it('is in no line', () => {
    const input: FlowInput = { description: null, required: false, default: null, pattern: null, secret: true };
    const body = {
      ...plain,
      deployment_configuration: { ...plain.deployment_configuration, parameters_mapping: { password: 'hunter2' } },
    };
    const shown = withoutSecrets(body, { password: input });
    for (const line of [curlLine(shown, target), commandLine(shown, target)]) {
      expect(line).not.toContain('hunter2');
      expect(line).toContain('<password>');
    }
  });
});

const tag = { type: 'tag', operand: 'is', value: 'a' } as const;
function deviceIs(value: string) {
  return { type: 'specific_device', operand: 'is', value } as const;
}
