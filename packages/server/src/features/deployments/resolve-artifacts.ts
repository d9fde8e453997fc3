import type { Fault, FlowDocument, PlanArtifact } from '@tideway/protocol';
import type { Tx } from '../../platform/database/transaction.ts';
import { refusalOf } from '../../platform/http/refusals.ts';
import { Refusal } from '../../platform/refusal.ts';
import { type KeptArtifact, keepArtifacts } from '../artifacts/keep-artifacts.ts';
import { type NeededArtifact, neededArtifacts, registryNames } from '../flows/fill-flow.rules.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { type KeptRegistry, keepRegistries } from '../registries/keep-registries.ts';
import type { LookedUp } from '../registries/look-up-artifacts.ts';
import { fieldBehind } from './field-behind.rules.ts';
import type { Order } from './order.rules.ts';
import { LookUpNeeded } from './with-look-ups.ts';

/** What the devices of a deployment fetch, and where. */
export type DeploymentNeeds = {
  /** Of the artifact store. */
  artifacts: KeptArtifact[];
  registries: KeptRegistry[];
};

/**
 * Finds what a flow needs, keeps it from being deleted, and pins every artifact. Refuses what does not exist; throws
 * LookUpNeeded where what is needed from registries is not among the `found`.
 * @param flow as it was saved; @param filled with the order's values
 */
export async function resolveArtifacts(
  tx: Tx,
  { project }: ProjectCaller,
  { flow, filled }: Record<'flow' | 'filled', FlowDocument>,
  order: Order,
  found: readonly LookedUp[],
): Promise<{ needs: DeploymentNeeds; pinned: PlanArtifact[] }> {
  const registries = await resolveRegistries(tx, project.id, filled, order);
  const needed = neededArtifacts(flow, filled);
  const inStore = needed.filter(({ registry }) => registry === null);
  const artifacts = await keepArtifacts(
    tx,
    project.id,
    inStore.map(({ path }) => path),
  );
  refuseMissing(needed, artifacts, order);
  const outside = pinOutside(needed, found, order);
  const kept = artifacts.map(({ path, sha256, size }) => ({ path, sha256, size }));
  return { needs: { artifacts, registries }, pinned: [...kept, ...outside] };
}

async function resolveRegistries(
  tx: Tx,
  projectId: number,
  flow: FlowDocument,
  { fields }: Order,
): Promise<KeptRegistry[]> {
  const names = registryNames(flow);
  const registries = await keepRegistries(tx, projectId, names);
  const missing = names.find((name) => !registries.some((registry) => registry.name === name));
  if (missing === undefined) return registries;
  throw new Refusal('unknown_registry', `The flow needs the registry ${missing}, which does not exist`, {
    field: fields.flow,
  });
}

function refuseMissing(needed: NeededArtifact[], kept: KeptArtifact[], order: Order): void {
  const faults = needed.flatMap((artifact) => {
    const why = whyMissing(artifact, kept);
    return why === null ? [] : [faultOf(artifact, why, order)];
  });
  if (faults.length > 0) throw refusalOf('unknown_artifact', faults);
}

/** Null where it may be there. */
function whyMissing({ path, registry, sha256s }: NeededArtifact, kept: KeptArtifact[]): string | null {
  const [pinned, other] = sha256s;
  if (other !== undefined) return `is named with different SHA-256: ${pinned} and ${other}`;
  if (registry !== null) {
    return path.includes('${{') ? 'cannot be looked up: its path depends on the configuration of each device' : null;
  }
  const artifact = kept.find((one) => one.path === path);
  if (artifact === undefined) return 'does not exist';
  if (pinned === undefined || pinned === artifact.sha256) return null;
  return `has the SHA-256 ${artifact.sha256}, and the flow asks for ${pinned}`;
}

function pinOutside(needed: NeededArtifact[], found: readonly LookedUp[], order: Order): PlanArtifact[] {
  const outside = needed.flatMap((artifact) => {
    const { path, registry, sha256s } = artifact;
    return registry === null ? [] : [{ artifact, path, registry, pinned: sha256s[0] ?? null }];
  });
  const lookedUp = outside.map(({ artifact, ...wanted }) => {
    const result = found.find(
      ({ path, registry, pinned }) => path === wanted.path && registry === wanted.registry && pinned === wanted.pinned,
    );
    return { artifact, wanted, result };
  });
  const open = lookedUp.filter(({ result }) => result === undefined).map(({ wanted }) => wanted);
  if (open.length > 0) throw new LookUpNeeded(open);
  const faults: Fault[] = [];
  const pinned: PlanArtifact[] = [];
  for (const { artifact, wanted, result } of lookedUp) {
    if (result === undefined) continue;
    const { path, registry } = wanted;
    if ('fault' in result)
      faults.push(faultOf(artifact, `cannot be had: the registry ${registry} ${result.fault}`, order));
    else pinned.push({ path, registry, sha256: result.sha256, size: result.size });
  }
  if (faults.length > 0) throw refusalOf('unknown_artifact', faults);
  return pinned;
}

function faultOf({ path, template }: NeededArtifact, why: string, order: Order): Fault {
  return { path: fieldBehind(template, order), message: `The flow needs the artifact ${path}, which ${why}` };
}
