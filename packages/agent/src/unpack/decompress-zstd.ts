import { Decompress } from 'fzstd';
import { zstdWindowGuard } from './zstd-window.ts';

/**
 * Decompresses a zstd stream of any number of frames. fzstd on every version of Node: that of node:zlib is missing in
 * Node 20, and where it is there it may end after the first frame without a word.
 */
export async function* decompressZstd(compressed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const decoder = new Decompress((bytes) => ready.push(bytes));
  const guardWindow = zstdWindowGuard();
  for await (const chunk of compressed) {
    for (let at = 0; at < chunk.length; at += sliceBytes) {
      const slice = chunk.subarray(at, at + sliceBytes);
      guardWindow(slice);
      decoder.push(slice);
      yield* ready.splice(0);
    }
  }
  decoder.push(new Uint8Array(0), true);
  yield* ready.splice(0);
}

/** A push decompresses all at once, and a few bytes can stand for 128 KiB each: this bounds memory to some 30 MB. */
const sliceBytes = 1024;
