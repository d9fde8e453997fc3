import { chmodSync, lchownSync } from 'node:fs';
import path from 'node:path';
import type { FetchedArtifact } from '../steps/step.ts';
import { demandRoom, freeBytes, keptFree, pacing } from '../system/disk.ts';
import { hasCode, lookAt } from '../system/files.ts';
import { TreeWriter } from '../unpack/tree-writer.ts';
import { unpackArchive } from '../unpack/unpack-archive.ts';
import { baseName } from './destination.ts';
import type { Owner } from './owner.ts';

export type TreeOrder = {
  artifacts: FetchedArtifact[];
  extract: boolean;
  /** The folder that all of it is meant for. */
  target: string;
  /** Name of the only file; null gives each the name of its artifact. */
  fileName: string | null;
  /** Of all files; null keeps the archive's, else that of the file which is replaced, else 0644. */
  mode: number | null;
  /** Null is the owner of the file which is replaced where nothing is unpacked, else the agent's own. */
  owner: Owner | null;
};

/** Puts together in `folder` what is to be placed, as it shall be: names, bytes, modes and owners. */
export async function buildTree(folder: string, order: TreeOrder, signal: AbortSignal): Promise<TreeWriter> {
  const kept = keptFree(folder);
  // An archive does not tell how much it holds; and room that is made here counts below.
  if (!order.extract) demandRoom(folder, bytesOf(order), 'Placing the files', kept);
  const tree = new TreeWriter(folder, freeBytes(folder) - kept);
  if (order.extract) await unpackAll(order.artifacts, tree, signal);
  else await copyAll(order, tree, signal);
  const pace = pacing(signal);
  for (const [place, { kind }] of tree.entries) {
    await pace();
    if (!order.extract) takeAfterReplaced(path.join(order.target, place), tree.fileAt(place));
    if (order.owner) lchownSync(tree.fileAt(place), order.owner.uid, order.owner.gid);
    // After the owner: changing that takes the setuid bits away.
    if (order.mode !== null && kind === 'file') chmodSync(tree.fileAt(place), order.mode);
  }
  return tree;
}

/** Only an order may make a file run with its owner's rights: those bits are not taken over for new content. */
function takeAfterReplaced(place: string, staged: string): void {
  const replaced = lookAt(place);
  if (!replaced?.isFile()) return;
  try {
    lchownSync(staged, replaced.uid, replaced.gid);
  } catch (error) {
    // An agent that is not root may give nothing away.
    if (!hasCode(error, 'EPERM')) throw error;
  }
  chmodSync(staged, replaced.mode & 0o777);
}

async function unpackAll(artifacts: FetchedArtifact[], tree: TreeWriter, signal: AbortSignal): Promise<void> {
  for (const { file, path: name } of artifacts) await unpackArchive({ file, name }, tree, signal);
}

async function copyAll({ artifacts, fileName }: TreeOrder, tree: TreeWriter, signal: AbortSignal): Promise<void> {
  for (const artifact of artifacts) {
    signal.throwIfAborted();
    await tree.addCopy(fileName ?? baseName(artifact), 0o644, artifact);
  }
}

function bytesOf({ artifacts }: TreeOrder): number {
  return artifacts.reduce((sum, { size }) => sum + size, 0);
}
