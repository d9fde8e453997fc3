/** A pattern of `ilike` for texts that hold this one. PostgreSQL looks through a million of them with all its workers. */
export function patternOf(part: string): string {
  return `%${part.replace(/[\\%_]/g, '\\$&')}%`;
}
