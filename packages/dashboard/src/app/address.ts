import { type DeploymentState, deploymentStates, type UpdateStatus, updateStatuses } from '@tideway/protocol';

// What stands behind the `?` of an address. What cannot be read there narrows nothing: an old link still leads somewhere.

/** The router reads what looks like JSON or a number as such. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

type Texts<Name extends string> = { [name in Name]?: string | undefined };
type DeploymentsAddress = { state?: DeploymentState | undefined } & Texts<'flow' | 'app' | 'search'>;
type DeploymentAddress = { status?: UpdateStatus | undefined } & Texts<
  'search' | 'reason' | 'failed_step' | 'message' | 'device'
>;

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
  const texts = names.map((name) => [name, search[name] === undefined ? undefined : textOf(search[name])]);
  return Object.fromEntries(texts) as Texts<Name>;
}
