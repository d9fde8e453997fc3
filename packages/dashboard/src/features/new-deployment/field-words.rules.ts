import { nameOfParameter, type OrderField } from './order-faults.rules.ts';

const words: Record<Exclude<OrderField, `parameters.${string}`>, string> = {
  flow: 'Update flow',
  flowVersion: 'Version of the flow',
  filter: 'Devices',
  devices: 'Picked devices',
  parameters: 'Parameters',
  configuration: 'Configuration',
  appName: 'App',
  appVersion: 'App version',
  comment: 'Comment',
  startAt: 'Begins at',
  expiresIn: 'Expires in',
  timeout: 'Time limit of an update',
  abortDeadline: 'Abort deadline',
  supersede: 'Replaces',
  maxFailures: 'Failure limit',
};

/** How the page calls a field. */
export function fieldWord(field: OrderField): string {
  return nameOfParameter(field) ?? words[field as keyof typeof words];
}
