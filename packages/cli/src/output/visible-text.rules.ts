/** A text of a device or a server in one line, in which no character controls the terminal that shows it. */
export function visibleText(text: string): string {
  return text.replace(controls, written);
}

/** The same for a text of several lines: line ends and tabs stay. */
export function visibleLines(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(controls, (character) => (/[\n\t]/.test(character) ? character : written(character)));
}

/** Lines in which nothing is left that controls the terminal but the colours that `paint` gives. */
export function visibleOutput(text: string): string {
  return text
    .split(colourCodes)
    .map((part, index) => (index % 2 === 0 ? visibleLines(part) : part))
    .join('');
}

export type Colour = 'green' | 'yellow' | 'red';

export function paint(text: string, colour: Colour): string {
  return `\u001b[${codes[colour]}m${text}\u001b[39m`;
}

const codes: Record<Colour, number> = { red: 31, green: 32, yellow: 33 };
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is kept
const colourCodes = /(\u001b\[(?:31|32|33|39)m)/;

/** JSON whose texts cannot control the terminal either; it is read as the same value. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    beyondAscii,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Control characters, and those that turn the direction of the text around them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is written out
const controls = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
/** Those that JSON leaves as they are. */
const beyondAscii = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const short: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function written(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return short[character] ?? (code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`);
}
