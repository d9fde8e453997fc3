/** The chosen names that are not there yet. Null stands for names that are not all known. */
export function namesToMake(chosen: string[], known: string[] | null): string[] {
  if (known === null) return [];
  const there = new Set(known);
  return [...new Set(chosen)].filter((name) => name !== '' && !there.has(name));
}

/** What is said of names that were made for a change that was refused, and could not be taken back. */
export function staysText({ one, plural }: { one: string; plural: string }, names: string[]): string {
  const which = names.length === 1 ? `The ${one} ${names[0]} was` : `The ${plural} ${names.join(', ')} were`;
  return `${which} made for a change that did not go through, and could not be deleted again.`;
}

/**
 * The names to choose from, those first that are most like what is typed; and last the typed one where it is not there
 * yet.
 */
export function offeredNames(known: string[], typed: string, mayMake: boolean): string[] {
  const name = typed.trim();
  const ordered = name === '' ? known : known.toSorted((one, other) => distance(one, name) - distance(other, name));
  return mayMake ? [...ordered, ...namesToMake([name], known)] : ordered;
}

/** 0 for the name itself, 1 where only capitals differ, 2 where it begins like that, 3 for all others. */
function distance(name: string, typed: string): number {
  if (name === typed) return 0;
  const [lower, start] = [name.toLowerCase(), typed.toLowerCase()];
  if (lower === start) return 1;
  return lower.startsWith(start) ? 2 : 3;
}

/** With what was typed and not confirmed, which counts as if it had been. */
export function withTyped(chosen: string[], typed: string): string[] {
  const name = typed.trim();
  return name === '' || chosen.includes(name) ? chosen : [...chosen, name];
}
