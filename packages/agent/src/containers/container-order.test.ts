import { describe, expect, it } from 'vitest';
import { runStepFixture } from '../testing/flow-fixtures.ts';
import { containerOrder } from './container-order.ts';

describe('a container that is ordered', () => {
  it('has the values of its variables in no word that everybody on the device can read', () => {
    const { order } = ordered({ TOKEN: 's3cret' }, ['KEY=k=3y\n2', 'EMPTY=', 'INHERITED']);
    expect(order.options.slice(0, 4)).toEqual(['--env=TOKEN', '--env=KEY', '--env=EMPTY', '--env=INHERITED']);
    expect(order.variables).toEqual({ TOKEN: 's3cret', KEY: 'k=3y\n2', EMPTY: '' });
  });

  it('does not mislead docker itself by what is only for the container', () => {
    const { order } = ordered({ PATH: '/app/bin' }, ['DOCKER_HOST=tcp://10.0.0.1', 'DOCKER_PASSWORD=x']);
    expect(order.options.slice(0, 3)).toEqual([
      '--env=PATH=/app/bin',
      '--env=DOCKER_HOST=tcp://10.0.0.1',
      '--env=DOCKER_PASSWORD',
    ]);
    expect(order.variables).toEqual({ DOCKER_PASSWORD: 'x' });
  });
});

function ordered(env: Record<string, string>, optionEnv: string[]) {
  const { uses: _uses, with: _with, ...rest } = runStepFixture('Run the app', '');
  const given = { image: 'app', tag: '1', archive: null, registry: null, name: 'app', command: null };
  const own = { ...given, wait_healthy_s: null, delete_previous_image: false, run_options: { env: optionEnv } };
  const origin = { device: 'd-test', flow: 'f-test', update: 'up-test', step: 0 };
  const result = containerOrder({ ...rest, env, uses: 'docker', with: own }, env, origin);
  if ('fault' in result) throw new Error(result.fault);
  return result;
}
