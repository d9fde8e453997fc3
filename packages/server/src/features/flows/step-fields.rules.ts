import { artifactPathSchema, type Fault, findReferences, type Step } from '@tideway/protocol';

/**
 * What is wrong with the fields of a step whose values are known: paths that climb out or are not absolute, addresses
 * that are none. Fields that still hold references are the device's to check.
 */
export function fieldFaults(step: Step, path: string): Fault[] {
  return fieldsOf(step)
    .filter(({ text }) => findReferences(text).references.length === 0)
    .flatMap(({ text, key, kind }) => {
      const message = expectations[kind](text);
      return message === null ? [] : [{ path: `${path}.with.${key}`, message: `${path}.with.${key} ${message}` }];
    });
}

type Kind = 'path' | 'artifact' | 'address' | 'port';

const expectations: Record<Kind, (text: string) => string | null> = {
  path: (text) => {
    if (text.includes('\0')) return 'must not contain NUL';
    if (!text.startsWith('/')) return 'must be an absolute path';
    return text.split('/').includes('..') ? 'must not contain ".."' : null;
  },
  artifact: (text) => artifactPathSchema.safeParse(text).error?.issues[0]?.message ?? null,
  address: (text) =>
    /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : '') ? null : 'must be an http or https address',
  port: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? null : 'must be a port from 0 to 65535'),
};

function fieldsOf(step: Step): { text: string; key: string; kind: Kind }[] {
  switch (step.uses) {
    case 'files':
      return [
        { text: step.with.path, key: 'path', kind: 'path' },
        ...step.with.artifacts.map(({ artifact }) => ({ text: artifact, key: 'artifact', kind: 'artifact' as const })),
      ];
    case 'download-artifact':
      return [
        { text: step.with.path, key: 'path', kind: 'path' },
        { text: step.with.artifact, key: 'artifact', kind: 'artifact' },
      ];
    case 'script':
    case 'image':
      return [{ text: step.with.artifact, key: 'artifact', kind: 'artifact' }];
    case 'compose':
      return [
        { text: step.with.artifact, key: 'artifact', kind: 'artifact' },
        ...(step.with.path === null ? [] : [{ text: step.with.path, key: 'path', kind: 'path' as const }]),
      ];
    case 'docker':
      return step.with.archive === null ? [] : [{ text: step.with.archive, key: 'archive', kind: 'artifact' }];
    case 'git':
      return [{ text: step.with.path, key: 'path', kind: 'path' }];
    case 'deb':
      return step.with.artifacts.map(({ artifact }) => ({
        text: artifact,
        key: 'artifacts',
        kind: 'artifact' as const,
      }));
    case 'check':
      return probeFields(step.with.probe);
    default:
      return [];
  }
}

function probeFields(probe: Extract<Step, { uses: 'check' }>['with']['probe']): ReturnType<typeof fieldsOf> {
  if (probe.kind === 'http') return [{ text: probe.url, key: 'http', kind: 'address' }];
  if (probe.kind === 'tcp') return [{ text: probe.port, key: 'tcp', kind: 'port' }];
  if (probe.kind === 'file') return [{ text: probe.path, key: 'file', kind: 'path' }];
  return [];
}
