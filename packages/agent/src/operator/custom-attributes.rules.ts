/** Lines `key=value`; empty ones and those that begin with `#` say nothing. */
export function readAttributes(text: string): { attributes: Record<string, string>; faults: string[] } {
  const attributes: Record<string, string> = {};
  const faults: string[] = [];
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const at = line.indexOf('=');
    const [key, value] = [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    const fault = at === -1 ? 'is not key=value' : faultOf(key, value);
    if (fault === null) attributes[key] = value;
    else faults.push(`the line ${JSON.stringify(line.slice(0, 60))} ${fault}.`);
  }
  const names = Object.keys(attributes);
  for (const name of names.slice(maxAttributes)) delete attributes[name];
  if (names.length > maxAttributes) faults.push(`only the first ${maxAttributes} attributes are taken.`);
  return { attributes, faults };
}

const maxAttributes = 100;

function faultOf(key: string, value: string): string | null {
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(key)) return 'must have a key of at most 64 letters, digits, ".", "-" and "_"';
  if (value.length > 1024) return 'must have a value of at most 1,024 characters';
  return value.includes('\0') ? 'must not hold a NUL character' : null;
}
