import { type Step, stepSchema } from '@tideway/protocol';

/** Keys of a step whose texts are no templates: shell texts read the environment, the rest are fixed words. */
const fixedKeys = new Set(['script', 'shell', 'kind', 'installer', 'mode', 'registry', 'sha256']);

/** The step with every template replaced by what `change` gives; `path` is within the step, as `with.path`. */
export function mapTemplates(step: Step, change: (template: string, path: string) => string): Step {
  const env = mapTexts(step.env, 'env', change);
  // Checked again, because a change may not leave the shape of the step.
  return stepSchema.parse({ ...step, env, with: mapTexts(step.with, 'with', change) });
}

/** Every template of a step with its path, in the order in which they stand. */
export function templatesOf(step: Step): { text: string; path: string }[] {
  const found: { text: string; path: string }[] = [];
  mapTemplates(step, (text, path) => {
    found.push({ text, path });
    return text;
  });
  return found;
}

/** Texts of a step that are fixed words, shell texts aside. */
export function fixedTextsOf({ with: given }: Step): { text: string; path: string }[] {
  return collectFixed(given, 'with');
}

function collectFixed(value: unknown, path: string): { text: string; path: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const inner = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
    if (typeof member !== 'string') return collectFixed(member, inner);
    return fixedKeys.has(key) && key !== 'script' ? [{ text: member, path: inner }] : [];
  });
}

/** The shell text of a step, where it has one, with its path. */
export function shellTextOf(step: Step): { script: string; shell: 'sh' | 'bash' | 'python3'; path: string } | null {
  if (step.uses === 'run') return { ...step.with, path: 'run' };
  if (step.uses === 'check' && step.with.probe.kind === 'command') return { ...step.with.probe, path: 'with.command' };
  return null;
}

/** The step with another shell text. */
export function withShellText(step: Step, script: string): Step {
  if (step.uses === 'run') return { ...step, with: { ...step.with, script } };
  if (step.uses === 'check' && step.with.probe.kind === 'command') {
    return { ...step, with: { ...step.with, probe: { ...step.with.probe, script } } };
  }
  return step;
}

function mapTexts(value: unknown, path: string, change: (text: string, path: string) => string): unknown {
  if (typeof value === 'string') return change(value, path);
  if (Array.isArray(value)) return value.map((item, index) => mapTexts(item, `${path}[${index}]`, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      fixedKeys.has(key) && path.startsWith('with') ? member : mapTexts(member, `${path}.${key}`, change),
    ]),
  );
}
