export type ArchiveFormat = 'tar' | 'tar.gz' | 'tar.zst' | 'zip';

/** Bytes of a file's beginning that tell its format. */
export const tellingBytes = 512;

/** The format that a file's first bytes show, whatever its name says; null for any other. */
export function formatOf(beginning: Buffer): ArchiveFormat | null {
  const signature = signatures.find(({ at, bytes }) => beginning.subarray(at, at + bytes.length).equals(bytes));
  if (signature) return signature.format;
  return isSkippableFrame(beginning) ? 'tar.zst' : null;
}

const signatures: { format: ArchiveFormat; at: number; bytes: Buffer }[] = [
  { format: 'tar.gz', at: 0, bytes: Buffer.from([0x1f, 0x8b]) },
  { format: 'tar.zst', at: 0, bytes: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]) },
  { format: 'zip', at: 0, bytes: Buffer.from('PK\x03\x04', 'latin1') },
  { format: 'zip', at: 0, bytes: Buffer.from('PK\x05\x06', 'latin1') },
  { format: 'tar', at: 257, bytes: Buffer.from('ustar') },
];

/** Parallel compressors put such a frame first (RFC 8878, 3.1.2). */
function isSkippableFrame(beginning: Buffer): boolean {
  return beginning.length >= 8 && (beginning.readUInt32LE(0) & 0xfffffff0) >>> 0 === 0x184d2a50;
}
