/** A name in a list to choose from; one that is not there says that it will be made. */
export function newNameOption(isNew: (name: string) => boolean) {
  return ({ option: { value } }: { option: { value: string } }) => (
    <span style={{ overflowWrap: 'anywhere' }}>{isNew(value) ? `Create “${value}”` : value}</span>
  );
}

/** Under a field: which of its names will be made. */
export function newNamesText(names: string[]): string | undefined {
  return names.length === 0 ? undefined : `New: ${names.join(', ')}`;
}
