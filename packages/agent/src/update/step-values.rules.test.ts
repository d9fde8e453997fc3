import { describe, expect, it } from 'vitest';
import { fillIn, pathFault, valueEnvironment, valuesOf } from './step-values.rules.ts';

const values = valuesOf(
  { device: { id: 'd-1', name: 'cam $(reboot)' }, secrets: { 'api-key': 's3cret' } },
  { deployment_id: 'dp-1', inputs: { version: '1.0', odd: reference('device.id') } },
  { zone: 'north', limit: 7, nested: { a: 1 }, 'no name': 'x' },
);

describe('the values of a step', () => {
  it('stand in the environment, secrets and scalar configuration included', () => {
    expect(valueEnvironment(values)).toEqual({
      INPUT_VERSION: '1.0',
      INPUT_ODD: reference('device.id'),
      INPUT_API_KEY: 's3cret',
      CONFIG_ZONE: 'north',
      CONFIG_LIMIT: '7',
      DEVICE_ID: 'd-1',
      DEVICE_NAME: 'cam $(reboot)',
      DEPLOYMENT_ID: 'dp-1',
    });
  });

  it('are filled into all texts of a template, and into nothing else', () => {
    const template = {
      path: `/opt/${reference('config.zone')}/${reference('inputs.version')}`,
      extract: true,
      list: [reference('device.name')],
    };
    expect(fillIn(template, values)).toEqual({
      filled: { path: '/opt/north/1.0', extract: true, list: ['cam $(reboot)'] },
      unknown: [],
    });
  });

  it('are text: a value that looks like a reference is not looked up', () => {
    expect(fillIn(reference('inputs.odd'), values).filled).toBe(reference('device.id'));
  });

  it('are named where they are missing', () => {
    expect(fillIn([reference('config.nested'), reference('inputs.other')], values).unknown).toEqual([
      'config.nested',
      'inputs.other',
    ]);
  });
});

describe('a path that values have made', () => {
  it('must not leave its folder, hold a NUL or be empty', () => {
    expect(pathFault('/opt/../etc')).toBe('The path /opt/../etc must not contain "..".');
    expect(pathFault('/opt/a\0b')).toBe('A path must not contain a NUL character.');
    expect(pathFault('')).toBe('A path must not be empty.');
    expect(pathFault('/opt/..data/a..b')).toBeNull();
  });
});

function reference(name: string): string {
  return `$\{{ ${name} }}`;
}
