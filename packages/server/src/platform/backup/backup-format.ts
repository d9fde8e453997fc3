import { z } from 'zod';

/**
 * A backup is a gzipped tar: `backup.json` first, then every table as PostgreSQL's COPY text, then the blobs, and
 * `end.json` last, without which it is not whole. What may be long stands in pieces: `<kind>/<number of the piece>/<name>`.
 */
export const headEntry = 'backup.json';
export const endEntry = 'end.json';
export const pieceBytes = 4 * 1024 * 1024;

export const backupHeadSchema = z.object({
  format: z.literal(1),
  /** Of the program that wrote it. */
  program_version: z.string(),
  /** The number of the newest migration. */
  schema_version: z.number().int().positive(),
  /** RFC 3339. */
  created_at: z.string(),
  /** In an order in which none refers to a later one. */
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()) })),
});
export type BackupHead = z.infer<typeof backupHeadSchema>;

export const backupEndSchema = z.object({
  /** By table: its rows, and the SHA-256 (hex) of its COPY text. */
  tables: z.record(z.string(), z.object({ rows: z.number().int(), sha256: z.string() })),
  blobs: z.number().int(),
});
export type BackupEnd = z.infer<typeof backupEndSchema>;

/** What a backup holds, for people. */
export type BackupSummary = { tables: number; rows: number; blobs: number };

export function summaryOf({ tables, blobs }: BackupEnd): BackupSummary {
  const counted = Object.values(tables);
  return { tables: counted.length, rows: counted.reduce((sum, { rows }) => sum + rows, 0), blobs };
}
