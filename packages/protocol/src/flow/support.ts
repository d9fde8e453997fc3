import type { FlowDocument } from './flow-document.ts';
import type { Step, StepType } from './step-types.ts';

/** What a device can do: step types and what of them (`image/rauc`), architecture and operating system in the names that its kernel gives. */
export type Abilities = { capabilities: readonly string[]; arch: string; os: string };

/** What of a flow a device has to be able to do. */
type FlowNeeds = Pick<FlowDocument, 'reboot_after_update' | 'requires'> & { steps: readonly NeededStep[] };

type NeededStep = { uses: StepType; with?: Step['with'] };

/** What a flow asks for and the device lacks, in one sentence; null where it has everything. */
export function lackOf(flow: FlowNeeds, able: Abilities): string | null {
  const missing = [...new Set(flow.steps.flatMap((step) => missingFor(step, able.capabilities)))];
  if (flow.reboot_after_update && !able.capabilities.includes('reboot')) missing.push('reboot-after-update');
  const lacks: string[] = [];
  if (missing.length > 0) lacks.push(`This agent does not support ${missing.join(', ')}`);
  if (!holds(flow.requires.arch, able.arch, spelling)) {
    lacks.push(`The flow requires the architecture ${flow.requires.arch.join(' or ')}, and this is ${able.arch}`);
  }
  if (!holds(flow.requires.os, able.os, (name) => name)) {
    lacks.push(`The flow requires ${flow.requires.os.join(' or ')}, and this is ${able.os}`);
  }
  return lacks.length === 0 ? null : `${lacks.join('. ')}.`;
}

function missingFor(step: NeededStep, capabilities: readonly string[]): string[] {
  if (!capabilities.includes(step.uses)) return [`steps of type ${step.uses}`];
  const installer = step.with && 'installer' in step.with ? step.with.installer : null;
  // An agent that says nothing of installers is taken at its word for the type.
  const saysMore = capabilities.some((capability) => capability.startsWith(`${step.uses}/`));
  if (installer === null || !saysMore || capabilities.includes(`${step.uses}/${installer}`)) return [];
  return [`steps of type ${step.uses} with ${installer}`];
}

/** The names that kernels and distributions give to one architecture. */
const spellings: Record<string, string> = {
  amd64: 'x64',
  x86_64: 'x64',
  aarch64: 'arm64',
  armhf: 'arm',
  armv7l: 'arm',
};

function spelling(arch: string): string {
  return spellings[arch.toLowerCase()] ?? arch.toLowerCase();
}

function holds(wanted: readonly string[], actual: string, normal: (name: string) => string): boolean {
  return wanted.length === 0 || wanted.some((name) => normal(name) === normal(actual));
}
