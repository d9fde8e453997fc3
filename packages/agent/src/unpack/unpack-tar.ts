import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { pacing } from '../system/disk.ts';
import { ArchiveFault, type TreeWriter } from './tree-writer.ts';

export type Decompression = Transform | ((compressed: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>);

/** Unpacks the bytes of a tar archive. */
export async function unpackTar(
  stored: Readable,
  decompression: Decompression,
  writer: TreeWriter,
  signal: AbortSignal,
): Promise<void> {
  const reader = extract();
  const feeding = pipeline(stored, decompression, reader, { signal });
  // Both are waited for: nothing may be written any more after a refusal.
  const [unpacked, fed] = await Promise.allSettled([addEntries(reader, writer, signal), feeding]);
  signal.throwIfAborted();
  if (unpacked.status === 'rejected') throw unpacked.reason;
  if (fed.status === 'rejected') throw fed.reason;
}

type Entry = ReturnType<typeof extract> extends AsyncIterable<infer One> ? One : never;

async function addEntries(reader: AsyncIterable<Entry>, writer: TreeWriter, signal: AbortSignal): Promise<void> {
  const pace = pacing(signal);
  for await (const entry of reader) {
    await addEntry(entry, writer, pace);
    await pace();
  }
}

async function addEntry(entry: Entry, writer: TreeWriter, pace: () => Promise<void>): Promise<void> {
  const { header } = entry;
  const { name, linkname } = header;
  const mode = header.mode & 0o777;
  if (isSparse(header)) throw new ArchiveFault(`${JSON.stringify(name)} is a sparse file`);
  switch (header.type) {
    case 'file':
    case 'contiguous-file':
      return addFile(entry, writer, mode, pace);
    case 'directory':
      writer.addFolder(name, mode);
      break;
    case 'symlink':
      writer.addLink(name, linkname);
      break;
    case 'link':
      writer.addHardLink(name, linkname);
      break;
    default:
      throw new ArchiveFault(`${JSON.stringify(name)} is of a type that is not taken: ${header.type}`);
  }
  entry.resume();
}

async function addFile(entry: Entry, writer: TreeWriter, mode: number, pace: () => Promise<void>): Promise<void> {
  const file = writer.openFile(entry.header.name, mode, entry.header.mtime);
  try {
    for await (const chunk of entry) {
      // The types of streamx leave open what a stream carries.
      file.write(chunk as Uint8Array);
      await pace();
    }
  } finally {
    file.end();
  }
}

/** GNU tar names sparse files in extended headers as ordinary ones that hold something else. */
function isSparse(header: Header): boolean {
  const extended = 'pax' in header && typeof header.pax === 'object' && header.pax !== null ? header.pax : {};
  return Object.keys(extended).some((key) => key.startsWith('GNU.sparse'));
}
