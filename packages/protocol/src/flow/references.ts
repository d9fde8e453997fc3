/** A `${{ … }}` in a flow text: what it names and where it stands. */
export type Reference = {
  scope: 'inputs' | 'device' | 'deployment' | 'config';
  name: string;
  /** Offset of the first character of `${{` in the text. */
  start: number;
  /** Offset behind `}}`. */
  end: number;
};

const form = /\$\{\{\s*([A-Za-z]+)\.([A-Za-z_][A-Za-z0-9_-]*)\s*\}\}/g;
const anyForm = /\$\{\{.*?(\}\}|$)/gs;

/** All references of a text, in order, and the texts of those that have no known form. */
export function findReferences(text: string): { references: Reference[]; malformed: string[] } {
  const references: Reference[] = [];
  const malformed: string[] = [];
  for (const found of text.matchAll(anyForm)) {
    const match = new RegExp(`^${form.source}$`).exec(found[0]);
    const scope = match?.[1];
    if (match?.[2] === undefined || !isScope(scope)) malformed.push(found[0]);
    else references.push({ scope, name: match[2], start: found.index, end: found.index + found[0].length });
  }
  return { references, malformed };
}

/** The environment variable that carries the value of a reference in a shell text: `inputs.conf_path` is `INPUT_CONF_PATH`. */
export function environmentName(scope: Reference['scope'], name: string): string {
  const prefix = { inputs: 'INPUT', device: 'DEVICE', deployment: 'DEPLOYMENT', config: 'CONFIG' }[scope];
  return `${prefix}_${name.toUpperCase().replaceAll('-', '_')}`;
}

/**
 * The text with each reference replaced by what `lookUp` gives; where it gives undefined the reference stays as it is,
 * for somebody who knows it later.
 */
export function substitute(
  text: string,
  lookUp: (reference: Pick<Reference, 'scope' | 'name'>) => string | undefined,
): string {
  return text.replace(form, (whole, scope: string, name: string) =>
    isScope(scope) ? (lookUp({ scope, name }) ?? whole) : whole,
  );
}

function isScope(text: string | undefined): text is Reference['scope'] {
  return text === 'inputs' || text === 'device' || text === 'deployment' || text === 'config';
}
