import { ArchiveFault } from './tree-writer.ts';

/**
 * Follows the frames of a zstd stream (RFC 8878, 3.1) without decompressing it, and throws ArchiveFault before a frame
 * whose window would take more memory than a small device has. To be shown every byte before the decoder sees it.
 */
export function zstdWindowGuard(): (chunk: Uint8Array) => void {
  const walk = walkFrames();
  let want = walk.next(Buffer.alloc(0)).value;
  let held = Buffer.alloc(0);
  return (chunk) => {
    let rest = Buffer.concat([held, chunk]);
    while (want && rest.length >= want.bytes) {
      const taken = rest.subarray(0, want.bytes);
      rest = rest.subarray(want.bytes);
      want = walk.next(taken).value;
    }
    if (want?.isSkipped) {
      want = { bytes: want.bytes - rest.length, isSkipped: true };
      rest = Buffer.alloc(0);
    }
    held = rest;
  };
}

type Want = { bytes: number; isSkipped: boolean };

const largestWindow = 32 * 2 ** 20;

function* walkFrames(): Generator<Want, void, Buffer> {
  for (;;) {
    const magic = (yield read(4)).readUInt32LE();
    if ((magic & 0xfffffff0) >>> 0 === 0x184d2a50) yield skip((yield read(4)).readUInt32LE());
    else if (magic === 0xfd2fb528) yield* walkFrame();
    else throw new ArchiveFault('it has bytes that are no zstd frame');
  }
}

function* walkFrame(): Generator<Want, void, Buffer> {
  const descriptor = (yield read(1)).readUInt8();
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const exponentAndMantissa = isSingleSegment ? null : (yield read(1)).readUInt8();
  yield skip([0, 1, 2, 4][descriptor & 3] ?? 0);
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const contentBytes = contentSize(yield read(sizeBytes));
  const windowBytes = exponentAndMantissa === null ? contentBytes : windowSize(exponentAndMantissa);
  if (windowBytes > largestWindow) {
    throw new ArchiveFault(`its zstd window of ${Math.round(windowBytes / 2 ** 20)} MiB is over the 32 MiB allowed`);
  }
  for (let isLast = false; !isLast; ) {
    const header = (yield read(3)).readUIntLE(0, 3);
    isLast = (header & 1) === 1;
    const isRepeatedByte = ((header >> 1) & 3) === 1;
    yield skip(isRepeatedByte ? 1 : header >> 3);
  }
  if ((descriptor & 4) !== 0) yield skip(4);
}

function windowSize(exponentAndMantissa: number): number {
  const base = 2 ** (10 + (exponentAndMantissa >> 3));
  return base + (base / 8) * (exponentAndMantissa & 7);
}

function contentSize(field: Buffer): number {
  if (field.length === 8) return Number(field.readBigUInt64LE());
  if (field.length === 0) return 0;
  return field.readUIntLE(0, field.length) + (field.length === 2 ? 256 : 0);
}

function read(bytes: number): Want {
  return { bytes, isSkipped: false };
}

function skip(bytes: number): Want {
  return { bytes, isSkipped: true };
}
