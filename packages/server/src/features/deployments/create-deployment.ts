import { createHash } from 'node:crypto';
import { canonicalJson, type DeploymentDocument, type FlowDocument, publicId } from '@tideway/protocol';
import { secondsUntil } from '../../platform/database/database-time.ts';
import { inTransaction, type Tx } from '../../platform/database/transaction.ts';
import type { Deps } from '../../platform/deps.ts';
import { refusalOf } from '../../platform/http/refusals.ts';
import { Refusal } from '../../platform/refusal.ts';
import { sealSecrets } from '../../platform/secret-box.ts';
import { type KeptArtifact, keepArtifacts } from '../artifacts/keep-artifacts.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import { findLabelIds } from '../devices/resolve-labels.ts';
import { artifactPaths, fillFlow, registryNames, templateOfArtifact } from '../flows/fill-flow.rules.ts';
import { type FoundFlow, findNewestFlow } from '../flows/find-flow.ts';
import { type EffectiveInputs, effectiveInputs } from '../flows/flow-inputs.rules.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { keepDevicesOfProject } from '../projects/lock-devices-of-project.ts';
import { answerOnce, type OnceKey } from './answer-once.ts';
import { insertDeployment, insertNeededArtifacts, insertUpdates } from './deployment.store.ts';
import { countChanges } from './deployment-count.store.ts';
import { fieldBehind } from './field-behind.rules.ts';
import type { Order } from './order.rules.ts';
import { resolveDeviceFilter } from './resolve-device-filter.ts';
import { abortSuperseded } from './supersede.store.ts';

/** A deployment that was created, or was created before by the same order with the same key. */
export type CreatedDeployment = { id: string; devices: number };

/**
 * Creates a deployment with one update for each device that the filter selects, in one transaction: all of it, or
 * nothing. Refuses what does not exist, what the flow does not take, and an order that selects no device.
 */
export async function createDeployment(
  deps: Pick<Deps, 'db' | 'randomBytes' | 'installation' | 'metrics' | 'wakes'>,
  caller: ProjectCaller,
  order: Order,
  once: OnceKey | null,
): Promise<CreatedDeployment> {
  return inTransaction(deps.db, (tx, onCommit) =>
    answerOnce(tx, once, async () => {
      const plan = await resolveOrder(tx, deps, caller, order);
      const condition = await resolveDeviceFilter(tx, caller.project.id, order);
      const deploymentId = await insertDeployment(tx, plan.deployment);
      await insertNeededArtifacts(tx, deploymentId, plan.artifacts);
      await keepDevicesOfProject(tx, caller.project.id);
      const devices = await insertUpdates(tx, deploymentId, caller.project.id, condition);
      if (devices === 0 && !order.allowsEmpty) refuseEmpty(order);
      const superseded = await abortSuperseded(tx, { id: deploymentId, ...plan.deployment });
      await audit(tx, caller, order, { ...plan.deployment, devices });
      await countChanges(tx, superseded);
      onCommit(() => deps.metrics.updatesEnded(superseded));
      if (order.startAt === null) onCommit(() => deps.wakes.deployment(deploymentId));
      return { id: plan.deployment.publicId, devices };
    }),
  );
}

type Resolved = { deployment: Parameters<typeof insertDeployment>[1]; artifacts: KeptArtifact[] };

const maxConfigurationBytes = 64 * 1024;
const mask = '***';

async function resolveOrder(
  tx: Tx,
  { randomBytes, installation }: Pick<Deps, 'randomBytes' | 'installation'>,
  caller: ProjectCaller,
  order: Order,
): Promise<Resolved> {
  refuseLargeConfiguration(order);
  await refuseContradictions(tx, order);
  const flow = await resolveFlow(tx, caller, order);
  const app = await resolveApp(tx, caller, order);
  const inputs = resolveInputs(flow.document, order);
  const deploymentId = publicId('dp', randomBytes(8));
  const filled = fillOrRefuse(flow.document, inputs, deploymentId, order);
  refuseRegistries(filled, order);
  const artifacts = await resolveArtifacts(tx, caller, { flow: flow.document, filled }, order);
  const document = canonicalJson(documentOf(deploymentId, flow, inputs, artifacts, order));
  const secrets = pick(inputs.values, inputs.secretNames);
  return {
    artifacts,
    deployment: {
      publicId: deploymentId,
      projectId: caller.project.id,
      flowVersionId: flow.versionId,
      document,
      documentSha256: createHash('sha256').update(document).digest('hex'),
      deviceFilter: shownFilter(order),
      parameters: masked(order.parameters, inputs.secretNames),
      configuration: order.configuration,
      comment: order.comment,
      app,
      secrets: inputs.secretNames.length === 0 ? null : sealSecrets(installation.secretsKey, secrets, randomBytes),
      timeLimitS: order.timeoutS ?? flow.document.timeout_s,
      startAt: order.startAt,
      supersedes: order.supersedes,
      expiresInS: order.expiresInS,
      abortDeadlineS: order.abortDeadlineS,
      createdBy: caller.actor,
    },
  };
}

function refuseLargeConfiguration({ configuration, fields }: Order): void {
  if (configuration === null || Buffer.byteLength(canonicalJson(configuration)) <= maxConfigurationBytes) return;
  throw new Refusal('invalid_request', 'The configuration for the device must have at most 64 KiB', {
    field: fields.configuration,
  });
}

async function refuseContradictions(tx: Tx, { startAt, expiresInS, supersedes, app }: Order): Promise<void> {
  if (supersedes === 'same_app' && app === null) {
    throw new Refusal('invalid_request', 'supersede is same_app, and the order has no app', { field: 'supersede' });
  }
  if (startAt === null) return;
  const startsInS = await secondsUntil(tx, startAt);
  if (startsInS <= 0) {
    throw new Refusal('invalid_request', 'schedule.start_at must be in the future', { field: 'schedule.start_at' });
  }
  if (expiresInS !== null && expiresInS <= startsInS) {
    throw new Refusal('invalid_request', 'expires_in is over before schedule.start_at', { field: 'expires_in' });
  }
}

async function resolveFlow(tx: Tx, { project }: ProjectCaller, { flowId, fields }: Order): Promise<FoundFlow> {
  const flow = await findNewestFlow(tx, project.id, flowId);
  if (flow !== null) return flow;
  throw new Refusal('unknown_flow', `There is no flow ${flowId} in this project`, { field: fields.flow });
}

async function resolveApp(tx: Tx, { project }: ProjectCaller, { app, fields }: Order) {
  if (app === null) return null;
  const id = (await findLabelIds(tx, 'app', project.id, [app.name])).get(app.name);
  if (id !== undefined) return { id, version: app.version };
  throw new Refusal('unknown_app', `There is no app ${app.name} in this project`, { field: `${fields.app}.name` });
}

function resolveInputs(flow: FlowDocument, { parameters, fields }: Order): EffectiveInputs {
  const inputs = effectiveInputs(flow, parameters);
  if ('values' in inputs) return inputs;
  throw new Refusal(inputs.code, inputs.message, { field: `${fields.parameters}.${inputs.name}` });
}

function fillOrRefuse(flow: FlowDocument, inputs: EffectiveInputs, deploymentId: string, order: Order): FlowDocument {
  const filled = fillFlow(flow, {
    inputs: inputs.values,
    secretNames: inputs.secretNames,
    deploymentId,
    configuration: order.configuration,
  });
  if ('document' in filled) return filled.document;
  const faults = filled.faults.map(({ fault, template }) => ({
    path: fieldBehind(template, order),
    message: `With these values the flow is not valid: ${fault.message}`,
  }));
  throw refusalOf('invalid_parameter', faults);
}

function refuseRegistries(flow: FlowDocument, { fields }: Order): void {
  const [name] = registryNames(flow);
  if (name === undefined) return;
  throw new Refusal('unknown_registry', `The flow needs the registry ${name}, which is not known here`, {
    field: fields.flow,
  });
}

async function resolveArtifacts(
  tx: Tx,
  { project }: ProjectCaller,
  { flow, filled }: Record<'flow' | 'filled', FlowDocument>,
  order: Order,
) {
  const paths = artifactPaths(filled);
  const artifacts = await keepArtifacts(tx, project.id, paths);
  const missing = paths.filter((path) => !artifacts.some((artifact) => artifact.path === path));
  if (missing.length === 0) return artifacts;
  const faults = missing.map((path) => ({
    path: fieldBehind(templateOfArtifact(flow, filled, path), order),
    message: `The flow needs the artifact ${path}, which does not exist`,
  }));
  throw refusalOf('unknown_artifact', faults);
}

function documentOf(
  deploymentId: string,
  flow: FoundFlow,
  { values, secretNames }: EffectiveInputs,
  artifacts: KeptArtifact[],
  order: Order,
): DeploymentDocument {
  return {
    format: 1,
    deployment_id: deploymentId,
    flow: flow.document,
    flow_id: flow.publicId,
    flow_version: flow.number,
    inputs: pick(
      values,
      Object.keys(values).filter((name) => !secretNames.includes(name)),
    ),
    secret_inputs: secretNames,
    configuration: order.configuration,
    app: order.app,
    artifacts: artifacts.map(({ path, sha256, size }) => ({ path, sha256, size })),
  };
}

function refuseEmpty({ fields }: Order): never {
  throw new Refusal('no_devices_matched', 'No device of the project matches the filter; nothing was deployed', {
    field: fields.filter,
  });
}

async function audit(
  tx: Tx,
  caller: ProjectCaller,
  order: Order,
  deployment: Resolved['deployment'] & { devices: number },
) {
  await recordAuditEvent(tx, caller, {
    action: 'deployment.created',
    target: deployment.publicId,
    projectId: caller.project.id,
    after: {
      flow: order.flowId,
      devices: deployment.devices,
      device_filter: deployment.deviceFilter,
      parameters: deployment.parameters,
      app: order.app,
      comment: order.comment,
    },
  });
}

function shownFilter({ groups, filters, deviceIds }: Order) {
  return { groups: groups.map((name) => ({ name })), filters, ...(deviceIds && { device_ids: deviceIds }) };
}

function masked(parameters: Record<string, string>, secretNames: string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, secretNames.includes(name) ? mask : value]),
  );
}

function pick(values: Record<string, string>, names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, values[name] ?? '']));
}
