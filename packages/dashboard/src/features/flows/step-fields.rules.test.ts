import { stepWithTexts } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { drawnTypes } from './drawing.rules.ts';
import { commonFields, type Field, formFor, runFields, withFieldsOf } from './step-fields.rules.ts';

describe('the fields of a step', () => {
  it('are made of the schema of its type, each in a form that fits', () => {
    expect(kinds(withFieldsOf('check'))).toEqual({
      http: 'text',
      'expect-status': 'count',
      'expect-body': 'text',
      tcp: 'text',
      command: 'text',
      shell: 'choice',
      systemd: 'text',
      file: 'text',
      within: 'duration',
    });
    expect(kinds(withFieldsOf('docker'))).toMatchObject({
      'run-options': 'textRecord',
      'wait-healthy': 'duration',
      'delete-previous-image': 'flag',
    });
    expect(kinds(withFieldsOf('script'))).toMatchObject({ arguments: 'textList', sha256: 'text' });
    expect(kinds(withFieldsOf('compose'))).toMatchObject({ env: 'textRecord' });
    expect(kinds(withFieldsOf('deb'))).toEqual({ packages: 'textList', artifacts: 'textList' });
    expect(withFieldsOf('image').find(({ key }) => key === 'installer')).toEqual({
      key: 'installer',
      isRequired: true,
      form: { kind: 'choice', choices: ['rauc', 'swupdate'] },
    });
  });

  it('hold every key that the schema has, and none that cannot be shown', () => {
    for (const type of drawnTypes) {
      const keys = type === 'run' ? [] : Object.keys(stepWithTexts[type].shape).filter((key) => key !== 'on-failure');
      expect(withFieldsOf(type).map(({ key }) => key)).toEqual(keys);
      expect(withFieldsOf(type).filter(({ form }) => form.kind === 'yaml')).toEqual([]);
    }
  });

  it('are those of every step as well', () => {
    expect(kinds(runFields)).toEqual({ run: 'text', shell: 'choice' });
    expect(kinds(commonFields)).toEqual({
      env: 'textRecord',
      timeout: 'duration',
      retry: 'group',
      uninterruptible: 'flag',
      repeatable: 'flag',
      'unsafe-interpolation': 'flag',
      'on-failure': 'group',
    });
    const retry = commonFields.find(({ key }) => key === 'retry')?.form;
    expect(retry?.kind === 'group' && kinds(retry.fields)).toEqual({ attempts: 'count', delay: 'duration' });
  });

  it('fall back to YAML for a value that their form cannot show', () => {
    expect(formFor({ kind: 'textList' }, ['a', { name: 'b' }])).toEqual({ kind: 'yaml' });
    expect(formFor({ kind: 'textRecord' }, { env: ['A=1'] })).toEqual({ kind: 'yaml' });
    expect(formFor({ kind: 'text' }, ['a'])).toEqual({ kind: 'yaml' });
    expect(formFor({ kind: 'textList' }, ['a'])).toEqual({ kind: 'textList' });
    expect(formFor({ kind: 'textList' }, null)).toEqual({ kind: 'textList' });
  });
});

function kinds(fields: Field[]): Record<string, string> {
  return Object.fromEntries(fields.map(({ key, form }) => [key, form.kind]));
}
