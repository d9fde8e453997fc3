import type { FlowDocument } from '@tideway/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { artifactPaths, fillFlow, type OrderValues, registryNames } from './fill-flow.rules.ts';
import { readFlowFile } from './read-flow-file.rules.ts';

const x = '${{ inputs.x }}';

describe('a flow with the values of an order', () => {
  it('has them in its templates; secrets and what is of the device stay references', () => {
    const flow = flowOf(
      `{ image: 'app/${x}', tag: '\${{ config.tag }}', name: 'n-\${{ device.id }}', command: '\${{ inputs.key }}',
      run-options: { env: ['ID=\${{ deployment.id }}'] } }`,
      'docker',
    );

    expect(
      filled(flow, { inputs: { x: '1', key: 's' }, secretNames: ['key'], configuration: { tag: 2 } }),
    ).toMatchObject({
      image: 'app/1',
      tag: '2',
      name: 'n-${{ device.id }}',
      command: ['${{ inputs.key }}'],
      run_options: { env: ['ID=dp-1'] },
    });
  });

  it.each([
    ['files', `{ artifact: a, path: '/opt/${x}' }`, '../etc', 'with.path must not contain ".."'],
    ['files', `{ artifact: 'a/${x}', path: /opt }`, '../b', 'with.artifact must have no segment'],
    ['download-artifact', `{ artifact: a, path: '${x}' }`, 'opt', 'must be an absolute path'],
    ['check', `{ http: '${x}' }`, 'file:///etc/passwd', 'must be an http or https address'],
    ['check', `{ tcp: 'localhost:${x}' }`, '80; reboot', 'must be a port'],
    ['check', `{ file: '/run/${x}' }`, '..', 'must not contain ".."'],
    ['git', `{ repository: '${x}', ref: main, path: /a }`, '--upload-pack=reboot', 'hyphen'],
    ['git', `{ repository: r, ref: '${x}', path: /a }`, '--output=/etc/passwd', 'hyphen'],
    ['deb', `{ packages: ['${x}'] }`, '-oDPkg::Pre-Invoke::=reboot', 'hyphen'],
    ['docker', `{ image: '${x}' }`, '--privileged', 'hyphen'],
    ['docker', `{ image: '${x}' }`, '$(reboot)', 'must be an image name'],
    ['docker', `{ image: a, tag: '${x}' }`, '../b', 'must be a tag'],
    ['docker', `{ image: a, name: 'a${x}' }`, '/../b', 'must be a name of a container'],
    ['compose', `{ artifact: a, project: 'a${x}' }`, '../b', 'must be a name of a project'],
    ['docker', `{ archive: '${x}' }`, '/etc/a.tar', 'must have no segment'],
    ['compose', `{ artifact: a, env: { A: '${x}' } }`, '1\nB=2', 'must be one line'],
    ['image', `{ artifact: '${x}', installer: rauc }`, '', 'with.artifact must not be empty'],
  ])('is refused: %s %s with %s', (type, given, value, message) => {
    const result = fillFlow(flowOf(given, type), order({ inputs: { x: value } }));

    expect('faults' in result && result.faults[0]?.fault.message).toContain(message);
  });

  it('has no value in a shell text', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const flow = flowOf(`{ command: 'test -f ${x}' }`, 'check');
        const result = fillFlow(flow, order({ inputs: { x: value } }));
        expect('document' in result && result.document.steps).toEqual(flow.steps);
      }),
    );
  });

  it('has each value as it is, once, however much it looks like a reference', () => {
    const flow = flowOf(`{ artifact: a, arguments: ['<${x}>'] }`, 'script');
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constant('${{ inputs.y }}'), fc.constant('$&')), (value) => {
        expect(filled(flow, { inputs: { x: value, y: 'other' } })).toMatchObject({ arguments: [`<${value}>`] });
      }),
    );
  });
});

describe('what a flow needs', () => {
  it('are the artifacts of the built-in store and the registries, each once', () => {
    const files = flowOf('{ artifacts: [a, b, a, { artifact: c, registry: r }], path: /opt }', 'files');
    const docker = flowOf('{ image: a, registry: q }', 'docker');
    const archive = flowOf('{ archive: a.tar }', 'docker');

    expect([files, docker, archive].map(artifactPaths)).toEqual([['a', 'b'], [], ['a.tar']]);
    expect([files, docker, archive].map(registryNames)).toEqual([['r'], ['q'], []]);
  });
});

function flowOf(given: string, type: string): FlowDocument {
  const read = readFlowFile(`flows: { a: { steps: [{ name: one, uses: tideway/${type}, with: ${given} }] } }`);
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  const [flow] = read.flows;
  if (!flow) throw new Error('The text holds no flow');
  return flow;
}

function order(values: Partial<OrderValues>): OrderValues {
  return { inputs: {}, secretNames: [], deploymentId: 'dp-1', configuration: null, ...values };
}

function filled(flow: FlowDocument, values: Partial<OrderValues>) {
  const result = fillFlow(flow, order(values));
  if ('faults' in result) throw new Error(JSON.stringify(result.faults));
  return result.document.steps[0]?.with;
}
