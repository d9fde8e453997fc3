import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { pacing } from '../system/disk.ts';
import { ArchiveFault, type TreeWriter } from './tree-writer.ts';

/** Unpacks a zip archive. */
export async function unpackZip(archive: string, writer: TreeWriter, signal: AbortSignal): Promise<void> {
  const handle = openSync(archive, 'r');
  try {
    const options = { autoClose: false, strictFileNames: true };
    const zip = await fromRandomAccessReaderPromise(new HandleReader(handle), fstatSync(handle).size, options);
    const pace = pacing(signal);
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      entries.push(entry);
      await pace();
    }
    for (const entry of entries) await addEntry(zip, entry, writer, pace);
  } finally {
    closeSync(handle);
  }
}

/** Reads at once where it is asked: a trip through the thread pool for each entry takes longer than the reading. */
class HandleReader extends RandomAccessReader {
  private readonly handle: number;

  constructor(handle: number) {
    super();
    this.handle = handle;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(piecesOf(this.handle, start, end), { objectMode: false });
  }
}

function* piecesOf(handle: number, start: number, end: number): Generator<Buffer> {
  for (let at = start; at < end; ) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, end - at));
    const length = readSync(handle, piece, 0, piece.length, at);
    if (length === 0) return;
    yield piece.subarray(0, length);
    at += length;
  }
}

const pieceBytes = 64 * 1024;

const fileTypes = new Map<number, 'file' | 'folder' | 'link'>([
  [0, 'file'],
  [constants.S_IFREG, 'file'],
  [constants.S_IFDIR, 'folder'],
  [constants.S_IFLNK, 'link'],
]);

async function addEntry(zip: ZipFile, entry: Entry, writer: TreeWriter, pace: () => Promise<void>): Promise<void> {
  const { fileName } = entry;
  const { type, mode } = attributesOf(entry);
  if (entry.isEncrypted()) throw new ArchiveFault(`${JSON.stringify(fileName)} is encrypted`);
  if (type === undefined) throw new ArchiveFault(`${JSON.stringify(fileName)} is of a type that is not taken`);
  if (type === 'folder' || fileName.endsWith('/')) return writer.addFolder(fileName, mode ?? 0o755);
  if (type === 'link') return writer.addLink(fileName, await targetOf(zip, entry));
  const file = writer.openFile(fileName, mode ?? 0o644, entry.getLastModDate());
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      file.write(chunk);
      await pace();
    }
  } finally {
    file.end();
  }
}

/** The type and mode that a Unix archiver has noted; others note none. */
function attributesOf({ versionMadeBy, externalFileAttributes }: Entry) {
  const isUnix = versionMadeBy >> 8 === 3;
  const bits = isUnix ? externalFileAttributes >>> 16 : 0;
  return { type: fileTypes.get(bits & constants.S_IFMT), mode: bits === 0 ? null : bits & 0o777 };
}

async function targetOf(zip: ZipFile, entry: Entry): Promise<string> {
  if (entry.uncompressedSize > 4096) throw new ArchiveFault(`the link ${JSON.stringify(entry.fileName)} is too long`);
  const chunks: Buffer[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
