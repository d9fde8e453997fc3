/** Letters and digits of generated ids: 0-9a-z without the look-alikes i, l, o and u. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** What a public id names, by its prefix. Devices, flows and deployments are the three that pipelines hold. */
export type IdPrefix = 'd' | 'f' | 'dp' | 'u' | 'tk' | 'pt' | 'up' | 's' | 'in';

/**
 * A public id such as `dp-4k2m-7xq1`, made of eight characters of `0-9a-z` without look-alikes.
 * @param randomBytes at least eight bytes of a cryptographic source
 */
export function publicId(prefix: IdPrefix, randomBytes: Uint8Array): string {
  const characters = Array.from(randomBytes.subarray(0, 8), (byte) => alphabet[byte % 32]);
  return `${prefix}-${characters.slice(0, 4).join('')}-${characters.slice(4).join('')}`;
}

/** Ids that a caller may choose for a flow or a device: `f-5d0e-b713`, or the older form `4c1d-9be2`. */
export function givenIdPattern(prefix: 'd' | 'f'): RegExp {
  return new RegExp(`^(${prefix}-)?[0-9a-z]{4}-[0-9a-z]{4}$`);
}
