// The browser's store of this tab: it lives through a reload, and ends with the tab. It may be full, or forbidden.

/** Where somebody's form of a project is kept. */
export function draftPlace(userId: string, project: string): string {
  return `tideway-new-deployment ${userId} ${project}`;
}

export function readDraft(place: string): string | null {
  try {
    return sessionStorage.getItem(place);
  } catch {
    return null;
  }
}

export function keepDraft(place: string, text: string): void {
  try {
    sessionStorage.setItem(place, text);
  } catch {}
}

export function forgetDraft(place: string): void {
  try {
    sessionStorage.removeItem(place);
  } catch {}
}

/** A key that no other form has. `crypto.randomUUID` is missing on pages that came without TLS. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
