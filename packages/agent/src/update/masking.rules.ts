import type { RegistryCredentials } from '@tideway/protocol';

/** Takes secrets out of a text that arrives in pieces. */
export type Masker = {
  /** What of the text so far may be shown; the possible beginning of a secret is held back. */
  add: (text: string) => string;
  /** Masks these as well in what comes from now on. */
  hide: (secrets: Iterable<string>) => void;
  /** What was held back at the end of the text. */
  end: () => string;
};

const mask = '***';

/** Masks every secret, and every line of a secret of several lines, since output is often shown by lines. */
export function createMasker(secrets: Iterable<string>): Masker {
  const known = [...secrets];
  let hidden = hiddenTexts(known);
  let held = '';
  return {
    add: (text) => {
      const { shown, rest } = maskUpTo(held + text, hidden);
      held = rest;
      return shown;
    },
    hide: (more) => {
      known.push(...more);
      hidden = hiddenTexts(known);
    },
    end: () => {
      const shown = maskWhole(held, hidden);
      held = '';
      return shown;
    },
  };
}

/** A whole text without secrets. */
export function masked(text: string, secrets: Iterable<string>): string {
  return maskWhole(text, hiddenTexts(secrets));
}

/** The texts in which the password of a registry may show: by itself, in an address, in a header. */
export function secretsOfRegistry({ username, password }: RegistryCredentials): string[] {
  if (password === null) return [];
  const inHeader = Buffer.from(`${username}:${password}`).toString('base64');
  return [...new Set([password, encodeURIComponent(password), inHeader])];
}

function hiddenTexts(secrets: Iterable<string>): string[] {
  const texts = [...secrets].flatMap((secret) => [secret, ...secret.split(/\r?\n/)]);
  const lines = new Set(texts.filter((text) => text.trim() !== ''));
  return [...lines].sort((one, other) => other.length - one.length);
}

function maskWhole(text: string, hidden: string[]): string {
  let shown = '';
  let from = 0;
  for (let found = firstSecret(text, 0, hidden); found; found = firstSecret(text, from, hidden)) {
    shown += text.slice(from, found.at) + mask;
    from = found.at + found.length;
  }
  return shown + text.slice(from);
}

function maskUpTo(text: string, hidden: string[]): { shown: string; rest: string } {
  let shown = '';
  let from = 0;
  for (;;) {
    const found = firstSecret(text, from, hidden);
    const open = firstBeginning(text, from, hidden);
    // A longer secret may begin where a shorter one is complete.
    if (!found || open <= found.at) return { shown: shown + text.slice(from, open), rest: text.slice(open) };
    shown += text.slice(from, found.at) + mask;
    from = found.at + found.length;
  }
}

/** The first whole secret; of several at one place the longest. */
function firstSecret(text: string, from: number, hidden: string[]): { at: number; length: number } | null {
  let first: { at: number; length: number } | null = null;
  for (const secret of hidden) {
    const at = text.indexOf(secret, from);
    if (at !== -1 && (first === null || at < first.at)) first = { at, length: secret.length };
  }
  return first;
}

/** Where the end of the text could be the beginning of a secret; the text's length where it cannot. */
function firstBeginning(text: string, from: number, hidden: string[]): number {
  const longest = hidden[0]?.length ?? 0;
  for (let at = Math.max(from, text.length - longest + 1); at < text.length; at++) {
    const tail = text.slice(at);
    if (hidden.some((secret) => secret.length > tail.length && secret.startsWith(tail))) return at;
  }
  return text.length;
}
