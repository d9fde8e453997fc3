import { type DrawnFlow, type DrawnType, freeName } from './drawing.rules.ts';
import { keepOnly, type NewValue, renameAt } from './flow-edits.rules.ts';
import { editSource } from './flow-source.rules.ts';

/** What a new flow begins with. */
export const emptyFlow = 'flows:\n  new-flow:\n    steps: []\n';

/** The text of a flow alone, where it was sent together with others. */
export function ownText(source: string, name: string): string {
  return editSource(source, (document) => keepOnly(document, name));
}

/** The text of a flow as the beginning of another one. */
export function copyText(source: string, name: string): string {
  return editSource(source, (document) => {
    keepOnly(document, name);
    renameAt(document, ['flows', name], `${name}-copy`);
  });
}

/** A new step of a type, with the keys that it needs, still to be filled. */
export function newStep(type: DrawnType, title: string, flow: DrawnFlow): { [key: string]: NewValue } {
  const taken = flow.steps.map(({ name }) => name);
  const name = freeName(title, taken);
  if (type === 'run') return { name, run: '' };
  const needed = beginnings[type];
  return { name, uses: `tideway/${type}`, ...(needed && { with: needed }) };
}

const beginnings: { [Type in Exclude<DrawnType, 'run'>]: { [key: string]: NewValue } | null } = {
  script: { artifact: '' },
  files: { artifact: '', path: '' },
  'download-artifact': { artifact: '', path: '' },
  docker: { image: '', name: '' },
  compose: { artifact: '' },
  git: { repository: '', ref: 'main', path: '' },
  deb: { packages: [''] },
  image: { artifact: '', installer: 'rauc' },
  check: { http: 'http://127.0.0.1:8080/', within: '60s' },
  reboot: null,
};

/**
 * The inputs to declare so that `name` is declared: where a flow declares none yet, all that it uses are required ones,
 * and would be unknown ones as soon as a single one is declared.
 */
export function inputsToDeclare(flow: DrawnFlow, name: string): string[] {
  return flow.inputs === null ? [...new Set([...flow.foundInputs, name])] : [name];
}
