import type { Db } from '../../platform/database/database.ts';
import { findDocuments } from './deployment-document.store.ts';
import { RecentTexts } from './recent-texts.ts';

/** The documents of these names, which are their SHA-256; each of them is there. */
export async function readDocuments(db: Db, names: Iterable<string>): Promise<Map<string, string>> {
  const documents = new Map<string, string | undefined>();
  for (const name of names) documents.set(name, recentDocuments.get(name));
  const missing = [...documents].filter(([, content]) => content === undefined).map(([name]) => name);
  for (const { sha256, content } of await findDocuments(db, missing)) {
    recentDocuments.put(sha256, content);
    documents.set(sha256, content);
  }
  return new Map([...documents].map(([name, content]) => [name, contentOrFail(name, content)]));
}

/** A document never changes, and its name says which one it is, in whatever database it stands. */
const recentDocuments = new RecentTexts(16 * 1024 * 1024);

function contentOrFail(name: string, content: string | undefined): string {
  if (content === undefined) throw new Error(`The deployment document ${name} is not there`);
  return content;
}
