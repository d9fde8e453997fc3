/** A text that was not saved yet, kept by the browser's tab: a reload does not lose it. */
export function readDraft(key: string): string | null {
  return reach((storage) => storage.getItem(key));
}

export function keepDraft(key: string, text: string): void {
  reach((storage) => storage.setItem(key, text));
}

export function dropDraft(key: string): void {
  reach((storage) => storage.removeItem(key));
}

export function draftKey(project: string, flow: string | null): string {
  return `tideway-flow-draft ${project} ${flow ?? 'new'}`;
}

/** A browser may refuse to keep anything; then there is no draft, and all else works. */
function reach<Answer>(use: (storage: Storage) => Answer): Answer | null {
  try {
    return use(window.sessionStorage);
  } catch {
    return null;
  }
}
