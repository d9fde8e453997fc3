import { describe, expect, it } from 'vitest';
import { readFlowFile } from './read-flow-file.rules.ts';
import { undoOrderFaults } from './undo-order.rules.ts';

describe('the order of undoing', () => {
  it.each([
    ['forward', '/etc/a.conf', '/etc/a.conf', 1],
    ['forward', '/etc/app/', '/etc/app/a.conf', 1],
    ['forward', '/etc/app/a.conf', '/etc/app', 1],
    ['forward', '/etc/app', '/etc/apple', 0],
    ['newest-first', '/etc/a.conf', '/etc/a.conf', 0],
  ])('%s, with files at %s and then at %s, gives as many warnings: %i', (order, first, second, expected) => {
    const stepAt = (name: string, path: string) =>
      `      - { name: ${name}, uses: tideway/files, with: { artifact: x, path: ${path} } }\n`;
    const text = `flows:\n  a:\n    order: ${order}\n    steps:\n${stepAt('one', first)}${stepAt('two', second)}`;
    const read = readFlowFile(text);
    const faults = 'flows' in read ? read.flows.flatMap(undoOrderFaults) : null;

    expect(faults).toEqual(
      Array(expected).fill(
        '"one" and "two" may put files at the same place: with order: forward, undoing both may leave those of the first',
      ),
    );
  });
});
