/** A text with everything masked in it that has the form of a token, a ticket, or a password in an address. */
export function maskSecrets(text: string): string {
  return masks.reduce((masked, [form, replacement]) => masked.replace(form, replacement), text);
}

const masks: [RegExp, string][] = [
  // Access, pairing and claim tokens; one letter of what follows is enough to count as one.
  [/(tw[upc])_[\w-]+/g, '$1_***'],
  [/\b(bearer|basic)\s+[^\s"\\,]+/gi, '$1 ***'],
  // The ticket of a device's session: id, public key, end and signature.
  [/\b\d+\.[\w-]{43}\.\d+\.[\w-]{20,}/g, '***'],
  [/(\b[a-z][a-z0-9+]*:\/\/[^\s:/@"]*):[^\s/@"]+@/gi, '$1:***@'],
];
