import { type Artifact, artifactPathSchema } from '@tideway/protocol';

/** A line of the list: a file, or a folder, of which there is nothing but the paths that go through it. */
export type Entry = { id: string; name: string; folder: string } | { id: string; name: string; artifact: Artifact };

/** What is right below a prefix, in the order of the paths: what lies deeper stands there as one folder. */
export function entriesOf(prefix: string, artifacts: Artifact[]): Entry[] {
  const start = folderOf(prefix).length;
  return uniqueEntries(
    artifacts.map((artifact): Entry => {
      const end = artifact.path.indexOf('/', start);
      if (end === -1) return { id: artifact.path, name: artifact.path.slice(start), artifact };
      const folder = artifact.path.slice(0, end + 1);
      return { id: folder, name: folder.slice(start), folder };
    }),
  );
}

/** Each once: a folder may go on in the next page of a list. */
export function uniqueEntries(entries: Entry[]): Entry[] {
  return [...new Map(entries.map((entry) => [entry.id, entry])).values()];
}

/** The folder of a prefix or a path, with its slash at the end; empty at the top. */
export function folderOf(prefix: string): string {
  return prefix.slice(0, prefix.lastIndexOf('/') + 1);
}

/** The folders on the way to a prefix, from the first below the top. */
export function crumbsOf(prefix: string): { name: string; prefix: string }[] {
  const names = folderOf(prefix).split('/').slice(0, -1);
  return names.map((name, index) => ({ name, prefix: `${names.slice(0, index + 1).join('/')}/` }));
}

/** What keeps a file from being uploaded to a path, in a sentence; null where nothing is known to. */
export function uploadFault(path: string, bytes: number, maxBytes: number | null): string | null {
  if (path === '') return 'The path must not be empty';
  const checked = artifactPathSchema.safeParse(path);
  if (!checked.success) return `The path ${checked.error.issues[0]?.message ?? 'is not valid'}`;
  if (maxBytes !== null && bytes > maxBytes) return tooLarge(bytes, maxBytes);
  return null;
}

/** Address of an artifact below `/api/v2`; slashes stay, so that proxies leave it as it is. */
export function artifactAddress(project: string, path: string): string {
  return `/${encodeURIComponent(project)}/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`;
}

function tooLarge(bytes: number, maxBytes: number): string {
  return `The file has ${bytes.toLocaleString('en')} bytes, and an artifact must have at most ${maxBytes.toLocaleString('en')}`;
}
