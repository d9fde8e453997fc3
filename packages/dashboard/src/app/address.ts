import {
  type DeploymentState,
  deploymentStates,
  deviceAttentions,
  type UpdateStatus,
  updateStatuses,
} from '@tideway/protocol';
import { addressText } from '../platform/ui/address-text.rules.ts';

// What stands behind the `?` of an address. What cannot be read there narrows nothing: an old link still leads somewhere.

type Texts<Name extends string> = { [name in Name]?: string | undefined };
type DeploymentsAddress = { state?: DeploymentState | undefined } & Texts<'flow' | 'app' | 'search'>;
type DeploymentAddress = { status?: UpdateStatus | undefined } & Texts<
  'search' | 'reason' | 'failed_step' | 'message' | 'device'
>;

/** A device filter in an address: the JSON of the order's `device_filter`, with what else narrows the table. */
type DeviceAddress = { attention?: (typeof deviceAttentions)[number] | undefined } & Texts<'filter' | 'search'>;

/** What narrows the list of devices. What is wrong with a filter is said on the page. */
export function readDeviceAddress(search: Record<string, unknown>): DeviceAddress {
  return {
    attention: deviceAttentions.find((one) => one === search.attention),
    ...textsOf(search, ['filter', 'search']),
  };
}

/** What narrows the audit log. */
export function readAuditAddress(search: Record<string, unknown>): Texts<'project' | 'actor' | 'action' | 'search'> {
  return textsOf(search, ['project', 'actor', 'action', 'search']);
}

/** Which artifacts are listed, and the path of the one that is shown above the list. */
export function readArtifactsAddress(search: Record<string, unknown>): Texts<'prefix' | 'artifact'> {
  return textsOf(search, ['prefix', 'artifact']);
}

/** Which version of a flow is shown or edited, the newest where it is left out; and the one it is held against. */
export function readFlowAddress({ version, compare }: Record<string, unknown>): FlowAddress {
  return { version: numberOf(version), compare: numberOf(compare) };
}

type FlowAddress = { version?: number | undefined; compare?: number | undefined };

function numberOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? Number(value) : undefined;
}

/** What narrows the list of deployments. */
export function readDeploymentsAddress(search: Record<string, unknown>): DeploymentsAddress {
  return {
    state: deploymentStates.find((one) => one === search.state),
    ...textsOf(search, ['flow', 'app', 'search']),
  };
}

/**
 * What narrows the table of a deployment's updates: their status, a text, or how they failed alike; and the device whose
 * update is shown beside it.
 */
export function readDeploymentAddress(search: Record<string, unknown>): DeploymentAddress {
  return {
    status: updateStatuses.find((one) => one === search.status),
    ...textsOf(search, ['search', 'reason', 'failed_step', 'message', 'device']),
  };
}

/** Each is there, if only as undefined: the router would leave standing what it was not told of. */
function textsOf<Name extends string>(search: Record<string, unknown>, names: readonly Name[]): Texts<Name> {
  const texts = names.map((name) => [name, search[name] === undefined ? undefined : addressText(search[name])]);
  return Object.fromEntries(texts) as Texts<Name>;
}
