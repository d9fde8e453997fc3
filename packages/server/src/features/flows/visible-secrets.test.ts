import { expect, it } from 'vitest';
import { readFlowFile } from './read-flow-file.rules.ts';
import { visibleSecretFaults } from './visible-secrets.rules.ts';

it('warns of secrets that are arguments of a script, and of nothing else', () => {
  const read = readFlowFile(`
flows:
  a:
    inputs: { pin: { secret: true }, level: {} }
    steps:
      - name: one
        uses: tideway/script
        with: { artifact: x, arguments: ['--pin=\${{ inputs.pin }}', '\${{ inputs.pin }}', '\${{ inputs.level }}'] }
      - { name: two, uses: tideway/script, env: { PIN: '\${{ inputs.pin }}' }, with: { artifact: x } }
`);
  expect('flows' in read ? read.flows.flatMap(visibleSecretFaults) : read).toEqual([
    '"one" gives the secret pin as an argument, which everybody on the device can read: give it by env',
  ]);
});
