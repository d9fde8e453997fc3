import { type DrawnStep, type DrawnType, drawnTypes, textOf, valueAt } from './drawing.rules.ts';
import type { Value } from './flow-source.rules.ts';

type StepWords = {
  /** Its name in the list of types, which is also that of a new step. */
  title: string;
  /** What it does, in one line. */
  purpose: string;
};

export const stepWords: Record<DrawnType, StepWords> = {
  run: { title: 'Run a command', purpose: 'Runs a shell text; exit code 0 is success' },
  script: { title: 'Run a script', purpose: 'Runs a script that is kept as an artifact' },
  files: { title: 'Put files in place', purpose: 'Puts artifacts at a path, unpacked if wanted, and can undo it' },
  'download-artifact': { title: 'Download an artifact', purpose: 'Puts one artifact at a path, and can undo it' },
  docker: { title: 'Start a container', purpose: 'Puts a container in the place of the one of its name' },
  compose: {
    title: 'Start a compose project',
    purpose: 'Brings a compose file up and waits until all of it is healthy',
  },
  git: { title: 'Check out a repository', purpose: 'Clones or fetches a git repository and checks a ref out' },
  deb: { title: 'Install packages', purpose: 'Installs Debian packages by name, or from artifacts' },
  image: { title: 'Install a system image', purpose: 'Hands an image to RAUC or SWUpdate, and boots into it' },
  check: {
    title: 'Check that it works',
    purpose: 'Waits until an address, port, command, unit or file is as it should',
  },
  reboot: { title: 'Reboot', purpose: 'Reboots the device, and goes on with the next step after it' },
};

/** The type of a step as a flow names it. */
export function typeText(type: DrawnType | null): string {
  if (type === null) return 'unknown type';
  return type === 'run' ? 'run' : `tideway/${type}`;
}

/** Of a step as the server lists it. */
export function typeOfUses(uses: string): DrawnType | null {
  return drawnTypes.find((type) => type === uses) ?? null;
}

/** What a step is about, in a few words of its own: `app.tar.gz → /opt/app`. */
export function summaryOf({ type, value }: DrawnStep): string {
  const given = (...keys: string[]) => keys.map((key) => textIn(value, key)).find((text) => text !== '') ?? '';
  const artifact = () => given('artifact', 'artifactory-path') || listText(valueAt(value, ['with', 'artifacts']));
  switch (type) {
    case null:
      return textOf(value.uses);
    case 'run':
      return firstLine(textOf(value.run).trim());
    case 'files':
    case 'download-artifact':
      return to(artifact(), given('path', 'device-path'));
    case 'git':
      return to(given('repository'), given('path'));
    case 'docker':
      return [given('image', 'image-path', 'archive'), given('tag', 'image-tag')]
        .filter((text) => text !== '')
        .join(':');
    case 'deb':
      return listText(valueAt(value, ['with', 'packages'])) || artifact();
    case 'check':
      return given('http', 'tcp', 'command', 'systemd', 'file');
    case 'reboot':
      return '';
    default:
      return artifact();
  }
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end === -1 ? text : `${text.slice(0, end)} …`;
}

function textIn(value: Value, key: string): string {
  return textOf(valueAt(value, ['with', key]));
}

function to(from: string, place: string): string {
  return place === '' ? from : `${from} → ${place}`;
}

function listText(value: Value): string {
  if (!Array.isArray(value)) return '';
  return value
    .map((item) => textOf(item) || textOf(valueAt(item, ['artifact'])) || textOf(valueAt(item, ['name'])))
    .join(', ');
}
