import { valueAt } from './drawing.rules.ts';
import type { Value } from './flow-source.rules.ts';

/** How a key of a flow is called in forms, what it means, and what stands in for it where it is left out. */
export type FieldWords = { label: string; help?: string; placeholder?: string };

/** By key, or by type and key where it means something else there. */
const words: Record<string, FieldWords> = {
  name: { label: 'Name' },
  description: { label: 'Description', help: 'What it does, for those who deploy it' },
  run: {
    label: 'Command',
    help: 'A shell text. Values of parameters reach it as ${{ inputs.name }}, and never become code. Files that steps put in place lie below $TIDEWAY_ROOT, as "$TIDEWAY_ROOT/opt/app": the folder that stands for / on the device',
  },
  shell: { label: 'Shell', placeholder: 'sh' },
  artifact: {
    label: 'Artifact',
    help: 'Its path in the artifact store',
    placeholder: 'app/${{ inputs.version }}/app.tar.gz',
  },
  artifacts: { label: 'Artifacts', help: 'Several paths in the artifact store' },
  registry: { label: 'Registry', help: 'The name of a registry of this project, where it comes from outside' },
  sha256: { label: 'SHA-256', help: 'Pins the file: no other one is taken' },
  arguments: { label: 'Arguments', help: 'Everybody on the device can read them: give secrets by the environment' },
  path: { label: 'Path on the device', placeholder: '/opt/app' },
  'files.path': {
    label: 'Path on the device',
    help: 'Where the file will be, with its name. A folder where it ends in / or is one already, an archive is unpacked, or there are several',
    placeholder: '/opt/app/app.bin',
  },
  'download-artifact.path': {
    label: 'Path on the device',
    help: 'Where the file will be, with its name; a folder where it ends in / or is one already',
    placeholder: '/opt/app/app.bin',
  },
  mode: { label: 'Mode', placeholder: '0644' },
  owner: { label: 'Owner', placeholder: 'app:app' },
  extract: { label: 'Unpack the archive at the path' },
  image: { label: 'Image', placeholder: 'team/app' },
  tag: { label: 'Tag', placeholder: '${{ inputs.version }}' },
  archive: { label: 'Image archive', help: 'In place of an image: its path in the artifact store' },
  'docker.name': { label: 'Name of the container' },
  'docker.registry': { label: 'Registry', help: 'The name of a registry whose credentials are used' },
  'run-options': { label: 'Options of docker run', help: 'By their long names, as restart or publish' },
  command: { label: 'Command' },
  'check.command': { label: 'Command', help: 'Holds when it ends with 0' },
  'wait-healthy': { label: 'Wait until healthy', help: 'For how long at most', placeholder: '60s' },
  'delete-previous-image': { label: 'Delete the previous image when the update has ended' },
  project: { label: 'Name of the project' },
  'compose.path': { label: 'Path on the device', placeholder: '/var/lib/tideway-compose/…' },
  'compose.env': { label: 'Lines of the .env file' },
  repository: { label: 'Repository', placeholder: 'https://git.example.org/app.git' },
  ref: { label: 'Branch, tag or commit', placeholder: 'main' },
  'git.registry': { label: 'Registry', help: 'The name of a registry whose credentials are used' },
  submodules: { label: 'With submodules' },
  packages: { label: 'Packages', help: 'A name, or name=version' },
  installer: { label: 'Installer' },
  'confirm-within': { label: 'Confirm within', placeholder: '10m' },
  http: { label: 'HTTP address', placeholder: 'http://127.0.0.1:8080/health' },
  'expect-status': { label: 'Expected status', placeholder: '200' },
  'expect-body': { label: 'Text that the answer holds' },
  tcp: { label: 'TCP host and port', placeholder: '127.0.0.1:8080' },
  systemd: { label: 'systemd unit', placeholder: 'app.service' },
  file: { label: 'File that is there', placeholder: '/run/app.ready' },
  within: { label: 'Within', placeholder: '60s' },
  env: { label: 'Environment', help: 'Variables for the commands of this step' },
  timeout: { label: 'Time limit', help: 'As 90s, 15m or 2h', placeholder: '30m' },
  'flow.timeout': { label: 'Time limit of the update', help: 'On one device, from its beginning', placeholder: '24h' },
  retry: { label: 'Retry' },
  attempts: { label: 'Tries in all', placeholder: '1' },
  delay: { label: 'Time between two tries', placeholder: '0s' },
  uninterruptible: { label: 'Cannot be interrupted: an abort waits for its end' },
  repeatable: { label: 'May run again after a power cut in its middle' },
  'unsafe-interpolation': { label: 'Let values become code: I take the responsibility' },
  'on-failure': { label: 'When it fails' },
  ignore: { label: 'Go on with the next step' },
  'revert-all-files': { label: 'Restore what the step overwrote' },
  'trigger-revert': { label: 'Restore when', placeholder: 'this-step-failure' },
  'run-rollback': { label: 'Run the rollback of the flow' },
  'reboot-after-update': { label: 'Reboot after the last step' },
  'reboot-after-restart': { label: 'Reboot after the last step (the other spelling)' },
  order: { label: 'Order of undoing', placeholder: 'newest-first' },
  requires: { label: 'Devices it is for' },
  arch: { label: 'Architectures', help: 'As x64 or arm64; any where there is none' },
  os: { label: 'Operating systems', help: 'As linux; any where there is none' },
  rollback: { label: 'Rollback: runs once, last, when the update has failed' },
  required: { label: 'Required' },
  default: { label: 'Default' },
  pattern: {
    label: 'Pattern',
    help: 'A regular expression that the whole value matches',
    placeholder: '\\d+\\.\\d+\\.\\d+',
  },
  secret: { label: 'Secret: kept encrypted, and never shown again' },
  'artifactory-path': { label: 'Artifact (artifactory-path)' },
  'device-path': { label: 'Path on the device (device-path)' },
  'image-path': { label: 'Image (image-path)' },
  'image-tag': { label: 'Tag (image-tag)' },
};

export function fieldWords(scope: string, key: string): FieldWords {
  return words[`${scope}.${key}`] ?? words[key] ?? { label: key };
}

/** Other spellings, which are offered only where a text uses them. */
const otherSpellings = ['artifactory-path', 'device-path', 'image-path', 'image-tag', 'reboot-after-restart'];

export function isOtherSpelling(key: string): boolean {
  return otherSpellings.includes(key);
}

/** Texts of several lines. */
export function isLongText(scope: string, key: string): boolean {
  return key === 'run' || (scope === 'check' && key === 'command');
}

/** Flags that are on where nothing is said; `around` is the object that they stand in. */
export function isOnByDefault(scope: string, key: string, around: Value): boolean {
  if (key === 'required') return valueAt(around, ['default']) === null;
  if (key === 'repeatable') return scope !== 'run' && scope !== 'script';
  return key === 'run-rollback';
}
