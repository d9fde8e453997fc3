/** Texts that were used lately, by their names; the longest unused go first where there is no more room. */
export class RecentTexts {
  private readonly maxCharacters: number;
  private readonly texts = new Map<string, string>();
  private characters = 0;

  constructor(maxCharacters: number) {
    this.maxCharacters = maxCharacters;
  }

  get(name: string): string | undefined {
    const text = this.texts.get(name);
    // A map keeps the order of insertion: what is put in anew is the last to go.
    if (text !== undefined && this.texts.delete(name)) this.texts.set(name, text);
    return text;
  }

  put(name: string, text: string): void {
    this.forget(name);
    this.texts.set(name, text);
    this.characters += text.length;
    for (const oldest of this.texts.keys()) {
      if (this.characters <= this.maxCharacters) return;
      this.forget(oldest);
    }
  }

  private forget(name: string): void {
    this.characters -= this.texts.get(name)?.length ?? 0;
    this.texts.delete(name);
  }
}
