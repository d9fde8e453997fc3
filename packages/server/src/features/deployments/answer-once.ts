import { createHash } from 'node:crypto';
import { canonicalJson } from '@tideway/protocol';
import { sql } from 'kysely';
import { execute, firstRow } from '../../platform/database/database.ts';
import type { Tx } from '../../platform/database/transaction.ts';
import { Refusal } from '../../platform/refusal.ts';

/** An order's `Idempotency-Key` with what it is compared by. */
export type OnceKey = { accountId: number; key: string; orderSha256: Buffer };

/** The key of a request's header, or null where it has none; `order` is what was asked, without its token. */
export function onceKey(header: string | string[] | undefined, accountId: number, order: unknown): OnceKey | null {
  if (header === undefined || header === '') return null;
  if (Array.isArray(header) || header.length > maxKeyLength) {
    throw new Refusal('invalid_request', `Idempotency-Key must have at most ${maxKeyLength} characters`, {
      field: 'Idempotency-Key',
    });
  }
  return { accountId, key: header, orderSha256: createHash('sha256').update(canonicalJson(order)).digest() };
}

/**
 * Does `work` once for a key within 24 hours: a repetition gets the first answer. The key's row is the first insert of
 * the transaction, so that a twin that comes at the same time waits for it; with a refusal the row is gone again.
 */
export async function answerOnce<Answer>(tx: Tx, once: OnceKey | null, work: () => Promise<Answer>): Promise<Answer> {
  if (once === null) return work();
  const { accountId, key, orderSha256 } = once;
  await execute(
    tx,
    sql`delete from idempotency_key
        where account_id = ${accountId} and key = ${key} and created_at < tideway_now() - interval '24 hours'`,
  );
  const isFirst = await execute(
    tx,
    sql`insert into idempotency_key (account_id, key, order_sha256) values (${accountId}, ${key}, ${orderSha256})
        on conflict do nothing`,
  );
  if (isFirst === 0) return firstAnswer<Answer>(tx, once);
  const answer = await work();
  await execute(
    tx,
    sql`update idempotency_key set answer = ${JSON.stringify(answer)}::jsonb
        where account_id = ${accountId} and key = ${key}`,
  );
  return answer;
}

const maxKeyLength = 255;

async function firstAnswer<Answer>(tx: Tx, { accountId, key, orderSha256 }: OnceKey): Promise<Answer> {
  const row = await firstRow<{ order_sha256: Buffer; answer: Answer }>(
    tx,
    sql`select order_sha256, answer from idempotency_key where account_id = ${accountId} and key = ${key}`,
  );
  if (row?.order_sha256.equals(orderSha256)) return row.answer;
  throw new Refusal('idempotency_conflict', 'This Idempotency-Key was used with another order', {
    field: 'Idempotency-Key',
  });
}
