const longestName = 128;

/**
 * Names for a joining device, the best one first: the one that it wishes for, then with a number behind it. The first
 * few are counted; a fleet whose devices all ask for the same name is spread over the rest.
 * @param random from 0 to 1, one for each number that is not counted
 */
export function namesToTry(wished: string, random: readonly number[]): string[] {
  const counted = [2, 3, 4, 5];
  const spread = random.map((part, index) => Math.floor(10 + part * 10 ** (3 + index)));
  return [wished, ...[...counted, ...spread].map((number) => withNumber(wished, number))];
}

function withNumber(name: string, number: number): string {
  const ending = `-${number}`;
  return withoutHalfCharacter(name.slice(0, longestName - ending.length)) + ending;
}

function withoutHalfCharacter(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, '');
}
