/** A project key made from a name: `Greenhouses North` gives `greenhouses-north`. Empty where no letter of it fits. */
export function projectKeyFrom(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '');
}
