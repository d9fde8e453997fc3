/** What is wrong with a field, as a sentence. */
export function faultText(message: string | undefined): string | null {
  return message === undefined ? null : message.charAt(0).toUpperCase() + message.slice(1);
}
