import { once } from 'node:events';
import { deflateRawSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

export type TarEntry = Partial<Header> & { name: string; body?: string | Buffer };

/** The bytes of a tar archive with these entries, however evil they are. */
export async function tarOf(entries: TarEntry[]): Promise<Buffer> {
  const packing = pack();
  const chunks: Buffer[] = [];
  packing.on('data', (chunk) => chunks.push(Buffer.from(chunk as Uint8Array)));
  for (const { body = '', ...header } of entries) packing.entry({ mtime: new Date(0), ...header }, body);
  packing.finalize();
  await once(packing, 'end');
  return Buffer.concat(chunks);
}

/** The archive with the type of its first entry changed, and a checksum that fits. */
export function withEntryType(tar: Buffer, type: string): Buffer {
  const changed = Buffer.from(tar);
  changed.write(type, 156, 'latin1');
  changed.fill(' ', 148, 156);
  const sum = changed.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return changed;
}

/** A zstd frame that holds the bytes as they are. */
export function zstdOf(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes.length);
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length || at === 0; at += 65_536) {
    const block = bytes.subarray(at, at + 65_536);
    const header = Buffer.alloc(3);
    header.writeUIntLE((block.length << 3) | (at + block.length >= bytes.length ? 1 : 0), 0, 3);
    blocks.push(header, block);
  }
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]), size, ...blocks]);
}

/** A zstd frame of `blocks` times 128 KiB of zeros, in a window of the given exponent (RFC 8878, 3.1.1.1.2). */
export function zstdZeros(blocks: number, windowExponent = 17): Buffer {
  const frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, (windowExponent - 10) << 3];
  for (let block = 1; block <= blocks; block++) {
    const header = (131_072 << 3) | (1 << 1) | (block === blocks ? 1 : 0);
    frame.push(header & 255, (header >> 8) & 255, header >> 16, 0);
  }
  return Buffer.from(frame);
}

export type ZipEntry = { name: string; body?: string; mode?: number; claimedSize?: number; isDeflated?: boolean };

/** The bytes of a zip archive, made on Unix. */
export function zipOf(entries: ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, body = '', mode = 0o100644, claimedSize, isDeflated = false } of entries) {
    const bytes = isDeflated ? deflateRawSync(body) : Buffer.from(body);
    const size = claimedSize ?? Buffer.byteLength(body);
    const packedSize = isDeflated ? bytes.length : size;
    const method = isDeflated ? 8 : 0;
    const local = zipRecord(0x04034b50, 30, [
      [8, method, 2],
      [18, packedSize, 4],
      [22, size, 4],
      [26, Buffer.byteLength(name), 2],
    ]);
    const central = zipRecord(0x02014b50, 46, [
      [4, 0x0314, 2],
      [10, method, 2],
      [20, packedSize, 4],
      [24, size, 4],
      [28, Buffer.byteLength(name), 2],
      [38, mode * 65_536, 4],
      [42, offset, 4],
    ]);
    locals.push(local, Buffer.from(name), bytes);
    directory.push(central, Buffer.from(name));
    offset += local.length + Buffer.byteLength(name) + bytes.length;
  }
  const directorySize = Buffer.concat(directory).length;
  const end = zipRecord(0x06054b50, 22, [
    [8, entries.length, 2],
    [10, entries.length, 2],
    [12, directorySize, 4],
    [16, offset, 4],
  ]);
  return Buffer.concat([...locals, ...directory, end]);
}

function zipRecord(signature: number, length: number, fields: [at: number, value: number, bytes: number][]): Buffer {
  const record = Buffer.alloc(length);
  record.writeUInt32LE(signature);
  for (const [at, value, bytes] of fields) record.writeUIntLE(value, at, bytes);
  return record;
}
