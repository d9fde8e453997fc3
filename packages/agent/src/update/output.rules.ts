/** The most that is kept of an update's output. */
export const maxOutputBytes = 256 * 1024;

/** How much of a step's output is passed on while it runs: of a flood the beginning, and all of what says little. */
const liveBytes = 2048;
const liveBytesPerS = 64;

/** How much of its end is kept of a success. */
const successEndBytes = 2048;

/** The rest is given out when it is known how the step went; this much of its beginning and of its end is held. */
const heldBytes = 64 * 1024;

/** Chooses what is kept of the output of one step. */
export type StepOutput = {
  /** What of the text can be passed on at once, so long after the step has begun. */
  add: (text: string, runsForS: number) => string;
  /** What else is kept: of a success a little of the end, else as much as there is room for. */
  end: (succeeded: boolean, roomBytes: number) => string;
};

/** @param roomBytes what is left of the update's output when the step begins */
export function createStepOutput(roomBytes: number): StepOutput {
  let passedOn = 0;
  let isHeldBack = false;
  const held: Held = { front: Buffer.alloc(0), back: Buffer.alloc(0), leftOut: 0 };
  return {
    add: (text, runsForS) => {
      const live = mayPassOn(roomBytes, runsForS) - passedOn;
      const now = isHeldBack ? '' : beginningOf(text, Math.max(0, live));
      passedOn += Buffer.byteLength(now);
      // What comes later must not stand before what is held.
      isHeldBack ||= now.length < text.length;
      hold(held, Buffer.from(text.slice(now.length)));
      return now;
    },
    end: (succeeded, room) => {
      const keep = succeeded ? Math.min(successEndBytes, room / 4) : room / 2;
      return cut(held, succeeded ? 0 : keep / 2, succeeded ? keep : keep / 2);
    },
  };
}

/** A step that goes on for long leaves room for the one that fails. */
function mayPassOn(roomBytes: number, runsForS: number): number {
  return Math.min(liveBytes, roomBytes / 4) + Math.min(liveBytesPerS * runsForS, roomBytes / 16);
}

/** The beginning of a text that has at most so many bytes and ends with a whole character. */
export function beginningOf(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  let end = Math.min(encoded.length, Math.floor(bytes));
  while (end < encoded.length && end > 0 && isInsideCharacter(encoded, end)) end--;
  return encoded.toString('utf8', 0, end);
}

function endOf(encoded: Buffer, bytes: number): string {
  let start = Math.max(0, encoded.length - Math.floor(bytes));
  while (start < encoded.length && isInsideCharacter(encoded, start)) start++;
  return encoded.toString('utf8', start);
}

/** The beginning and the end of a text, and how many bytes between them are gone. */
type Held = { front: Buffer; back: Buffer; leftOut: number };

function cut(held: Held, frontBytes: number, backBytes: number): string {
  const end = held.leftOut === 0 ? Buffer.concat([held.front, held.back]) : held.back;
  const total = held.front.length + held.leftOut + held.back.length;
  if (held.leftOut === 0 && total <= frontBytes + backBytes) return end.toString();
  const front = beginningOf(held.front.toString(), frontBytes);
  const back = endOf(end, backBytes);
  const leftOut = total - Buffer.byteLength(front) - Buffer.byteLength(back);
  return `${front}\n[… ${leftOut} bytes left out …]\n${back}`;
}

function hold(held: Held, text: Buffer): void {
  const fits = held.back.length > 0 || held.leftOut > 0 ? 0 : Math.max(0, heldBytes - held.front.length);
  if (fits > 0) held.front = Buffer.concat([held.front, text.subarray(0, fits)]);
  held.back = Buffer.concat([held.back, text.subarray(fits)]);
  if (held.back.length <= 2 * heldBytes) return;
  held.leftOut += held.back.length - heldBytes;
  held.back = Buffer.from(held.back.subarray(held.back.length - heldBytes));
}

function isInsideCharacter(encoded: Buffer, at: number): boolean {
  return ((encoded[at] ?? 0) & 0xc0) === 0x80;
}
