import { type Fault, type FlowDocument, type Step, substitute } from '@tideway/protocol';
import { filledFieldFaults } from './step-fields.rules.ts';
import { mapTemplates } from './step-templates.rules.ts';

/** What an order gives to a flow. */
export type OrderValues = {
  inputs: Record<string, string>;
  /** Inputs whose values must not be read here: their references stay. */
  secretNames: string[];
  deploymentId: string;
  /** Top-level scalars stand in for `${{ config.x }}`. */
  configuration: Record<string, unknown> | null;
};

/**
 * The flow with an order's values in its templates, or what is wrong with its fields then. It serves to check an order
 * and to find its artifacts; the device gets the flow with its references and fills them in itself, once: a value that
 * looks like a reference must stay a text. What is the device's own stays a reference, and so do secrets.
 */
export function fillFlow(
  document: FlowDocument,
  values: OrderValues,
): { document: FlowDocument } | { faults: { fault: Fault; template: string }[] } {
  const filled = document.steps.map((step) => ({ step, to: mapTemplates(step, (text) => fill(text, values)) }));
  const faults = filled.flatMap(({ step, to }, index) => filledFieldFaults(to, step, `steps[${index}]`));
  return faults.length > 0 ? { faults } : { document: { ...document, steps: filled.map(({ to }) => to) } };
}

/** An artifact that a flow needs. */
export type NeededArtifact = {
  path: string;
  /** Null is the artifact store. */
  registry: string | null;
  /** Those that the flow pins it to, each once: none, one, or by mistake several. */
  sha256s: string[];
  /** What its path was filled from. */
  template: string;
};

/**
 * The artifacts that a filled flow needs, each once.
 * @param document the flow before it was filled
 */
export function neededArtifacts(document: FlowDocument, filled: FlowDocument): NeededArtifact[] {
  const templates = document.steps.flatMap(artifactsOf);
  const needed = new Map<string, NeededArtifact>();
  for (const [index, { artifact: path, registry, sha256 }] of filled.steps.flatMap(artifactsOf).entries()) {
    const key = JSON.stringify([registry, path]);
    const before = needed.get(key);
    const sha256s = new Set([...(before?.sha256s ?? []), ...(sha256 === null ? [] : [sha256])]);
    const template = before?.template ?? templates[index]?.artifact ?? path;
    needed.set(key, { path, registry, sha256s: [...sha256s], template });
  }
  return [...needed.values()];
}

/** Paths in the built-in store of the artifacts that a flow needs, each once, as the flow writes them. */
export function artifactPaths(document: FlowDocument): string[] {
  const paths = document.steps.flatMap(artifactsOf).filter(({ registry }) => registry === null);
  return [...new Set(paths.map(({ artifact }) => artifact))];
}

/** Names of the registries that a flow fetches from, each once. */
export function registryNames(document: FlowDocument): string[] {
  const names = document.steps.flatMap((step) => [
    ...artifactsOf(step).map(({ registry }) => registry),
    'registry' in step.with ? step.with.registry : null,
  ]);
  return [...new Set(names.filter((name) => name !== null))];
}

function artifactsOf(step: Step): { artifact: string; registry: string | null; sha256: string | null }[] {
  if (step.uses === 'docker')
    return step.with.archive === null ? [] : [{ artifact: step.with.archive, registry: null, sha256: null }];
  if ('artifacts' in step.with) return step.with.artifacts;
  return step.uses !== 'reboot' && 'artifact' in step.with ? [step.with] : [];
}

function fill(template: string, { inputs, secretNames, deploymentId, configuration }: OrderValues): string {
  return substitute(template, ({ scope, name }) => {
    if (scope === 'inputs') return secretNames.includes(name) ? undefined : inputs[name];
    if (scope === 'deployment') return name === 'id' ? deploymentId : undefined;
    if (scope === 'config') return scalarText(configuration?.[name]);
    return undefined;
  });
}

function scalarText(value: unknown): string | undefined {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}
