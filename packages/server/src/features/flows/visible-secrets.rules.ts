import { type FlowDocument, findReferences } from '@tideway/protocol';

/** Secret inputs that everybody on the device can read in its list of processes: they are arguments of a script. */
export function visibleSecretFaults({ inputs, steps }: Pick<FlowDocument, 'inputs' | 'steps'>): string[] {
  return steps.flatMap((step) => {
    if (step.uses !== 'script') return [];
    const names = step.with.arguments
      .flatMap((text) => findReferences(text).references)
      .filter(({ scope, name }) => scope === 'inputs' && inputs[name]?.secret)
      .map(({ name }) => name);
    return [...new Set(names)].map(
      (name) =>
        `${JSON.stringify(step.name)} gives the secret ${name} as an argument, which everybody on the device can read: give it by env`,
    );
  });
}
