import pg from 'pg';

/**
 * What the log says of an error: where it happened and of what kind it is. Left out is what holds values of the request:
 * the details that PostgreSQL gives of a row, and texts that a message quotes.
 */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const message = quotesValues(error) ? withoutQuotes(error.message) : error.message;
  return {
    type: error.name,
    message,
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...(error instanceof pg.DatabaseError && { table: error.table, constraint: error.constraint }),
    // The first lines of a stack repeat the message.
    stack: (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}

/** `Unexpected token in JSON: "…"`, and PostgreSQL's errors of class 22: `invalid input syntax for type uuid: "…"`. */
function quotesValues(error: Error): boolean {
  return error instanceof SyntaxError || (error instanceof pg.DatabaseError && /^22/.test(error.code ?? ''));
}

function withoutQuotes(message: string): string {
  return message.replaceAll(/(["'])[\s\S]*\1/g, '"…"');
}
