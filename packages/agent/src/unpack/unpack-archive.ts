import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { StepFailure } from '../steps/step.ts';
import { type ArchiveFormat, formatOf, tellingBytes } from './archive-format.rules.ts';
import { decompressZstd } from './decompress-zstd.ts';
import type { TreeWriter } from './tree-writer.ts';
import { type Decompression, unpackTar } from './unpack-tar.ts';
import { unpackZip } from './unpack-zip.ts';

/**
 * Unpacks an archive into the tree of `writer`, in small turns in this very process, so that the channel lives on.
 * Throws StepFailure `archive_refused` where the archive is damaged or holds what is not taken.
 * @param archive.name what messages call it
 */
export async function unpackArchive(
  archive: { file: string; name: string },
  writer: TreeWriter,
  signal: AbortSignal,
): Promise<void> {
  const format = formatOf(beginningOf(archive.file));
  if (format === null) throw refused(archive.name, 'it is none of tar, tar.gz, tar.zst and zip');
  try {
    await unpack(format, archive.file, writer, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw isOurs(error) ? error : refused(archive.name, error instanceof Error ? error.message : String(error));
  }
  if (writer.entries.size === 0) throw refused(archive.name, 'it is empty');
}

async function unpack(format: ArchiveFormat, file: string, writer: TreeWriter, signal: AbortSignal): Promise<void> {
  if (format === 'zip') return unpackZip(file, writer, signal);
  const stored = createReadStream(file, { highWaterMark: pieceBytes });
  return unpackTar(stored, decompressionOf(format), writer, signal);
}

function decompressionOf(format: Exclude<ArchiveFormat, 'zip'>): Decompression {
  if (format === 'tar.gz') return createGunzip({ chunkSize: pieceBytes });
  return format === 'tar.zst' ? decompressZstd : (bytes) => bytes;
}

const pieceBytes = 128 * 1024;

function beginningOf(file: string): Buffer {
  const beginning = Buffer.alloc(tellingBytes);
  const handle = openSync(file, 'r');
  try {
    return beginning.subarray(0, readSync(handle, beginning));
  } finally {
    closeSync(handle);
  }
}

/** Failures of this device, as a full disk, are not the archive's. */
function isOurs(error: unknown): boolean {
  return error instanceof StepFailure || (error instanceof Error && 'syscall' in error);
}

function refused(name: string, fault: string): StepFailure {
  return new StepFailure('archive_refused', `The archive ${name} is refused: ${fault}. Nothing was changed.`);
}
