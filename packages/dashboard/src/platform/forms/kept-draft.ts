// The browser's store of this tab: it lives through a reload, and ends with the tab. It may be full, or forbidden.

/** Where a draft of somebody's is kept: who signs in after them in the same tab does not get it. */
export function draftPlace(thing: string, userId: string, ...of: string[]): string {
  return ['tideway', thing, userId, ...of].join(' ');
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
