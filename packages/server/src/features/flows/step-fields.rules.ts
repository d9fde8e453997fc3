import {
  artifactPathSchema,
  containerNameFault,
  type Fault,
  findReferences,
  imageNameFault,
  imageTagFault,
  projectNameFault,
  type Step,
  substitute,
} from '@tideway/protocol';

/**
 * What is wrong with the fields of a step: paths that climb out or are not absolute, addresses that are none, words that
 * a program would take for options. Of a field that still holds references, what stands around them is checked.
 */
export function fieldFaults(step: Step, path: string): Fault[] {
  return filledFieldFaults(step, step, path).map(({ fault }) => fault);
}

/** The same for a step that was filled, each with what its field was filled from. */
export function filledFieldFaults(filled: Step, step: Step, path: string): { fault: Fault; template: string }[] {
  const templates = fieldsOf(step);
  return fieldsOf(filled).flatMap(({ text, key, kind }, index) => {
    const hasReferences = findReferences(text).references.length > 0;
    const message = hasReferences ? partialFault(text, kind) : expectations[kind](text);
    if (message === null) return [];
    const field = `${path}.with.${key}`;
    return [{ fault: { path: field, message: `${field} ${message}` }, template: templates[index]?.text ?? '' }];
  });
}

type Kind = 'path' | 'artifact' | 'address' | 'port' | 'word' | 'line' | 'image' | 'tag' | 'container' | 'project';

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
  word: wordFault,
  line: (text) => (/[\r\n\0]/.test(text) ? 'must be one line' : null),
  image: (text) => wordFault(text) ?? imageNameFault(text),
  tag: (text) => wordFault(text) ?? imageTagFault(text),
  container: (text) => wordFault(text) ?? containerNameFault(text),
  project: (text) => wordFault(text) ?? projectNameFault(text),
};

function wordFault(text: string): string | null {
  // Behind a hyphen a value would be an option of the program that gets it, and some options run commands.
  if (text === '' || text.startsWith('-')) return 'must not be empty or begin with a hyphen';
  return /[\s\0]/.test(text) ? 'must not contain white space or NUL' : null;
}

/** What is wrong whatever the values of the references will be. */
function partialFault(text: string, kind: Kind): string | null {
  if (kind === 'address' || kind === 'port') return null;
  const filled = substitute(text, () => 'x');
  return expectations[kind](kind === 'path' && text.startsWith('${{') ? `/${filled}` : filled);
}

type Field = { text: string; key: string; kind: Kind };

function fieldsOf(step: Step): Field[] {
  switch (step.uses) {
    case 'files':
      return [
        ...artifactFields(step.with.artifacts),
        field('path', step.with.path, 'path'),
        field('owner', step.with.owner, 'word'),
      ].flat();
    case 'download-artifact':
      return [field('artifact', step.with.artifact, 'artifact'), field('path', step.with.path, 'path')].flat();
    case 'script':
    case 'image':
      return field('artifact', step.with.artifact, 'artifact');
    case 'compose':
      return [
        field('artifact', step.with.artifact, 'artifact'),
        field('path', step.with.path, 'path'),
        field('project', step.with.project, 'project'),
        ...Object.entries(step.with.env_file).map(([name, value]) => field(`env.${name}`, value, 'line')),
      ].flat();
    case 'docker':
      return [
        field('image', step.with.image, 'image'),
        field('tag', step.with.tag, 'tag'),
        field('archive', step.with.archive, 'artifact'),
        field('name', step.with.name, 'container'),
      ].flat();
    case 'git':
      return [
        field('repository', step.with.repository, 'word'),
        field('ref', step.with.ref, 'word'),
        field('path', step.with.path, 'path'),
      ].flat();
    case 'deb':
      return [
        ...step.with.packages.flatMap(({ name, version }, index) => [
          field(`packages[${index}]`, name, 'word'),
          field(`packages[${index}]`, version, 'word'),
        ]),
        artifactFields(step.with.artifacts),
      ].flat();
    case 'check':
      return probeFields(step.with.probe);
    default:
      return [];
  }
}

function field(key: string, text: string | null, kind: Kind): Field[] {
  return text === null ? [] : [{ key, text, kind }];
}

function artifactFields(artifacts: { artifact: string }[]): Field[] {
  const isSingle = artifacts.length === 1;
  return artifacts.flatMap(({ artifact }, index) =>
    field(isSingle ? 'artifact' : `artifacts[${index}]`, artifact, 'artifact'),
  );
}

function probeFields(probe: Extract<Step, { uses: 'check' }>['with']['probe']): Field[] {
  if (probe.kind === 'http') return field('http', probe.url, 'address');
  if (probe.kind === 'tcp') return [field('tcp', probe.host, 'word'), field('tcp', probe.port, 'port')].flat();
  if (probe.kind === 'systemd') return field('systemd', probe.unit, 'word');
  return probe.kind === 'file' ? field('file', probe.path, 'path') : [];
}
