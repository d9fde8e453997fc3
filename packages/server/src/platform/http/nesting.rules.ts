const maxLevels = 100;

export const nestingExpectation = `must not be nested more than ${maxLevels} levels deep`;

/** Whether a JSON value has more levels than anybody needs: whoever walks through it would run out of stack. */
export function isNestedTooDeeply(value: unknown, levels = maxLevels): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isNestedTooDeeply(member, levels - 1));
}
