import { environmentName, findReferences, type Reference } from '@tideway/protocol';
import { parse } from 'unbash';
import { findPlaces, type Place, syntaxFault } from './shell-places.rules.ts';

/**
 * A reference that may not stand where it does: what to say about it, the line within the script, from 1, and whether
 * somebody would read the value as code (else nobody would put it in).
 */
export type InterpolationFault = { line: number; message: string; isCode: boolean };

export type Shell = 'sh' | 'bash' | 'python3';

/**
 * Makes a shell text read the values of its references from the environment, so that no value ever becomes code: bare
 * `${{ inputs.x }}` becomes `"${INPUT_X}"`, and `${INPUT_X}` inside double quotes. Where the shell would not expand
 * that, or would read the value as code, there is a fault. `unsafe` takes the responsibility for those places: the
 * first kind keeps its reference, which the device replaces by the value, the second gets the variable.
 */
export function rewriteShellText(
  script: string,
  shell: Shell,
  unsafe: boolean,
): { script: string } | { faults: InterpolationFault[] } {
  const { references } = findReferences(script);
  if (references.length === 0) return { script };
  if (shell === 'python3') return unsafe ? { script } : { faults: references.map((each) => inPython(script, each)) };

  const stem = unusedName(script);
  const marks = references.map((_reference, index) => `\${${stem}${index}_}`);
  const marked = replaceEach(script, references, (index) => marks[index] ?? '');
  const ast = parse(marked);
  const wrong = syntaxFault(ast);
  if (wrong) {
    const message = `cannot be read as a shell text: ${wrong.message}`;
    return { faults: [{ line: lineAt(marked, wrong.offset), message, isCode: false }] };
  }

  const places = findPlaces(ast, marked, marks);
  const faults = references.flatMap((reference, index) => faultOf(script, reference, places[index]));
  if (faults.length > 0 && !unsafe) return { faults };
  return { script: replaceEach(script, references, (index, reference) => written(reference, places[index])) };
}

function inPython(script: string, reference: Reference): InterpolationFault {
  const message = `${textOf(script, reference)} would become code in python3; write os.environ["${nameOf(reference)}"]`;
  return { line: lineAt(script, reference.start), message, isCode: true };
}

/** The beginning of a variable's name that the script itself does not use. */
function unusedName(script: string): string {
  let name = 'TIDEWAY_REFERENCE_';
  while (script.includes(name)) name += 'X_';
  return name;
}

function faultOf(script: string, reference: Reference, place: Place | undefined): InterpolationFault[] {
  if (!place?.problem) return [];
  const said = place.problem.replaceAll('VALUE', nameOf(reference));
  return [
    {
      line: lineAt(script, reference.start),
      message: `${textOf(script, reference)} ${said}`,
      isCode: place.kind !== 'unexpanded',
    },
  ];
}

function written(reference: Reference, place: Place | undefined): string | null {
  const variable = `\${${nameOf(reference)}}`;
  if (place?.kind === 'bare') return `"${variable}"`;
  return place?.kind === 'quoted' ? variable : null;
}

function replaceEach(
  text: string,
  references: Reference[],
  replacementOf: (index: number, reference: Reference) => string | null,
): string {
  let result = '';
  let end = 0;
  references.forEach((reference, index) => {
    result += text.slice(end, reference.start) + (replacementOf(index, reference) ?? textOf(text, reference));
    end = reference.end;
  });
  return result + text.slice(end);
}

function nameOf({ scope, name }: Reference): string {
  return environmentName(scope, name);
}

function textOf(text: string, { start, end }: Reference): string {
  return text.slice(start, end);
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
