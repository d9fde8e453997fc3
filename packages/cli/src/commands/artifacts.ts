import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Artifact, artifactSchema } from '@tideway/protocol';
import { Command } from 'commander';
import { type OpenProject, openProject } from '../client/open-server.ts';
import { ClientError } from '../client-error.ts';
import { readBytes } from '../input.ts';
import { printAnswer, printList } from '../output/print.ts';
import { sizeText, timeText } from '../output/readable.rules.ts';
import type { Column } from '../output/table.rules.ts';
import { visibleText } from '../output/visible-text.rules.ts';
import { type ListOptions, listCommand, type ProjectOptions, projectCommand } from './client-command.ts';

/** `tideway artifacts`: the files that flows put on devices. */
export function artifactsCommand(): Command {
  const list = listCommand()
    .description('list the artifacts in the order of their paths')
    .option('--prefix <text>', 'those whose path begins with it')
    .action(listArtifacts);
  const push = projectCommand('push')
    .description('upload a file, unless it is there already; a path is never overwritten')
    .argument('<file>')
    .argument('<path>', 'where it is kept, as app/1.1.0/app.tar.gz')
    .action(pushArtifact);
  return new Command('artifacts').description('list and upload files').addCommand(list).addCommand(push);
}

const columns: Column<Artifact>[] = [
  { title: 'PATH', cell: (artifact) => artifact.path },
  { title: 'SIZE', cell: ({ size }) => sizeText(size) },
  { title: 'SHA-256', cell: ({ sha256 }) => sha256 },
  { title: 'CREATED', cell: ({ created_at }) => timeText(created_at) },
];

async function listArtifacts(options: ListOptions & { prefix?: string }): Promise<void> {
  const { api, path } = await openProject(options.project);
  const { limit, prefix } = options;
  const query = { filter: { prefix }, ...(limit !== undefined && { limit }) };
  printList(await api.list(`${path}/artifacts`, artifactSchema, query), options, columns, 'There is no such artifact');
}

async function pushArtifact(file: string, path: string, options: ProjectOptions): Promise<void> {
  const project = await openProject(options.project);
  const sha256 = await sha256Of(file);
  const existing = await findArtifact(project, path);
  if (existing === null) {
    printAnswer(await upload(project, file, path, sha256), options, (artifact) => `Uploaded ${describe(artifact)}`);
    return;
  }
  if (existing.sha256 === sha256) {
    printAnswer(existing, options, (artifact) => `Is there already: ${describe(artifact)}`);
    return;
  }
  throw new ClientError(
    `There is an artifact ${visibleText(path)} with other content; artifacts are never overwritten\n` +
      `  there: ${existing.sha256}\n  here:  ${sha256}`,
  );
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readBytes(file)) hash.update(chunk);
  return hash.digest('hex');
}

async function findArtifact({ api, path }: OpenProject, wanted: string): Promise<Artifact | null> {
  // In the order of paths, the path itself comes before all that begin with it.
  const [first] = await api.list(`${path}/artifacts`, artifactSchema, { limit: 1, filter: { prefix: wanted } });
  return first?.path === wanted ? first : null;
}

async function upload({ api, path }: OpenProject, file: string, to: string, sha256: string): Promise<Artifact> {
  const where = to.split('/').map(encodeURIComponent).join('/');
  const body = { type: 'application/octet-stream', content: Readable.from(readBytes(file)) };
  const artifact = await api.call({ method: 'PUT', path: `${path}/artifacts/${where}`, body }, artifactSchema);
  if (artifact.sha256 === sha256) return artifact;
  throw new ClientError(`${file} has changed while it was uploaded: what is kept has the SHA-256 ${artifact.sha256}`);
}

function describe({ path, size, sha256 }: Artifact): string {
  return `${visibleText(path)}, ${sizeText(size)}\nSHA-256: ${sha256}`;
}
