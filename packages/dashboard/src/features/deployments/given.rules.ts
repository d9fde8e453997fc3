/** What is said of something, without what is not said or empty: as it stands in an address. */
export function given<Asked extends object>(asked: Asked): { [Name in keyof Asked]?: Exclude<Asked[Name], undefined> } {
  const entries = Object.entries(asked).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(entries) as { [Name in keyof Asked]?: Exclude<Asked[Name], undefined> };
}
