import type { stepWithTexts } from '@tideway/protocol';
import type { z } from 'zod';
import { splitCommand } from './container-command.rules.ts';

type WithTexts = typeof stepWithTexts;
type WithText<Type extends keyof WithTexts> = z.output<WithTexts[Type]>;

/** What is wrong with a `with`: its key, empty where it is the whole, and what was expected. */
export type WithFault = { key: string; message: string };

/** The `with` of a step in normal form; stepSchema checks it as a whole afterwards. */
export function normalWith<Type extends keyof WithTexts>(
  type: Type,
  text: WithText<Type>,
): { uses: Type; with: unknown } | WithFault {
  const normal = normalizers[type](text);
  return 'message' in normal ? normal : { uses: type, with: normal.with };
}

type Normal = { with: Record<string, unknown> } | WithFault;

const checkKinds = ['http', 'tcp', 'command', 'systemd', 'file'] as const;

const normalizers: { [Type in keyof WithTexts]: (text: WithText<Type>) => Normal } = {
  script: (text) =>
    withArtifact(text, (artifact) => ({ ...artifact, shell: text.shell ?? 'sh', arguments: text.arguments ?? [] })),

  files: (text) => {
    const path = text.path ?? text['device-path'];
    if (path === undefined) return { key: 'path', message: 'is required' };
    const artifacts = text.artifacts?.map(listedArtifact) ?? [];
    const single = text.artifact ?? text['artifactory-path'];
    if ((single === undefined) === (artifacts.length === 0)) {
      return { key: '', message: 'must have either "artifact", or "artifacts" with at least one entry' };
    }
    const own = { artifact: single, registry: text.registry ?? null, sha256: text.sha256 ?? null };
    return {
      with: {
        artifacts: single === undefined ? artifacts : [own],
        path,
        mode: text.mode?.padStart(4, '0') ?? null,
        owner: text.owner ?? null,
        extract: text.extract ?? false,
      },
    };
  },

  'download-artifact': (text) => {
    const path = text.path ?? text['device-path'];
    if (path === undefined) return { key: 'path', message: 'is required' };
    return withArtifact(text, (artifact) => ({ ...artifact, path }));
  },

  docker: (text) => {
    const source = imageSource(text);
    if ('message' in source) return source;
    const command = text.command === undefined ? { words: null } : splitCommand(text.command);
    if ('fault' in command) return { key: 'command', message: command.fault };
    return {
      with: {
        ...source,
        registry: text.registry ?? null,
        name: text.name ?? null,
        run_options: text['run-options'] ?? {},
        command: command.words,
        wait_healthy_s: text['wait-healthy'] ?? null,
        delete_previous_image: text['delete-previous-image'] ?? false,
      },
    };
  },

  compose: (text) =>
    withArtifact(text, (artifact) => ({
      ...artifact,
      project: text.project ?? null,
      path: text.path ?? null,
      env_file: text.env ?? {},
      wait_healthy_s: text['wait-healthy'] ?? null,
    })),

  git: (text) => ({
    with: {
      repository: text.repository,
      ref: text.ref,
      path: text.path,
      registry: text.registry ?? null,
      submodules: text.submodules ?? false,
    },
  }),

  deb: (text) => {
    const packages = text.packages?.map(listedPackage) ?? [];
    const artifacts = text.artifacts?.map(listedArtifact) ?? [];
    if (packages.length + artifacts.length === 0) return { key: '', message: 'must have "packages" or "artifacts"' };
    return { with: { packages, artifacts } };
  },

  image: (text) =>
    withArtifact(text, (artifact) => ({
      ...artifact,
      installer: text.installer,
      confirm_within_s: text['confirm-within'] ?? 10 * 60,
    })),

  check: (text) => {
    const kinds = checkKinds.filter((kind) => text[kind] !== undefined);
    if (kinds.length === 0) return { key: '', message: `must have one of: ${checkKinds.join(', ')}` };
    if (kinds.length > 1) {
      return { key: '', message: `has ${kinds.join(' and ')}: only one of ${checkKinds.join(', ')}` };
    }
    const probe = probeOf(text);
    return 'message' in probe ? probe : { with: { ...probe, within_s: text.within ?? 60 } };
  },

  reboot: () => ({ with: {} }),
};

type ImageSource = { image: string | null; tag: string | null; archive: string | null };

function imageSource(text: WithText<'docker'>): ImageSource | WithFault {
  const image = text.image ?? text['image-path'];
  const tag = text.tag ?? text['image-tag'];
  if ((image === undefined) === (text.archive === undefined)) {
    return { key: '', message: 'must have either "image" or "archive"' };
  }
  // The vendor names an archive as it names an image.
  const isArchive = /\.(tar|tgz|tar\.(gz|zst))$/.test(image ?? '') && text.registry === undefined && tag === undefined;
  if (image === undefined || isArchive) return { image: null, tag: null, archive: text.archive ?? image ?? null };
  const [, name, ownTag] = /^([^@]*):([^:/@]+)$/.exec(image) ?? [];
  if (name === undefined || ownTag === undefined) return { image, tag: tag ?? null, archive: null };
  if (tag !== undefined) return { key: 'tag', message: 'stands in "image" already' };
  return { image: name, tag: ownTag, archive: null };
}

function probeOf(text: WithText<'check'>): { probe: Record<string, unknown> } | WithFault {
  if (text.http !== undefined) {
    const expectations = { expect_status: text['expect-status'] ?? 200, expect_body: text['expect-body'] ?? null };
    return { probe: { kind: 'http', url: text.http, ...expectations } };
  }
  if (text.command !== undefined)
    return { probe: { kind: 'command', shell: text.shell ?? 'sh', script: text.command } };
  if (text.systemd !== undefined) return { probe: { kind: 'systemd', unit: text.systemd } };
  if (text.file !== undefined) return { probe: { kind: 'file', path: text.file } };
  // The colon inside of a reference is none: ${{ }} has no colons.
  const [, host, port] = /^(.+):([^:]+)$/.exec(text.tcp ?? '') ?? [];
  if (host === undefined) return { key: 'tcp', message: 'must be a host and a port, as 127.0.0.1:8080' };
  return { probe: { kind: 'tcp', host, port } };
}

type ArtifactText = {
  artifact?: string | undefined;
  'artifactory-path'?: string | undefined;
  registry?: string | undefined;
  sha256?: string | undefined;
};

function withArtifact(text: ArtifactText, normal: (artifact: object) => Record<string, unknown>): Normal {
  const artifact = text.artifact ?? text['artifactory-path'];
  if (artifact === undefined) return { key: 'artifact', message: 'is required' };
  return { with: normal({ artifact, registry: text.registry ?? null, sha256: text.sha256 ?? null }) };
}

function listedArtifact(
  entry: string | { artifact: string; registry?: string | undefined; sha256?: string | undefined },
) {
  const { artifact, registry, sha256 } = typeof entry === 'string' ? { artifact: entry } : entry;
  return { artifact, registry: registry ?? null, sha256: sha256 ?? null };
}

function listedPackage(entry: string | { name: string; version?: string | undefined }) {
  if (typeof entry !== 'string') return { name: entry.name, version: entry.version ?? null };
  const [name, version] = entry.split('=', 2);
  return { name, version: version ?? null };
}
