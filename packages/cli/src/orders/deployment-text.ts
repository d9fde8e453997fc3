import type { Deployment, DeploymentState, Update, UpdateDetails, UpdateStatus, Why } from '@tideway/protocol';
import { fieldsOf, tableOf } from '../output/print.ts';
import { timeText } from '../output/readable.rules.ts';
import type { Cell, Column } from '../output/table.rules.ts';
import { type Colour, visibleText } from '../output/visible-text.rules.ts';
import { countsText, wordOf } from './progress.rules.ts';

export const deploymentColumns: Column<Deployment>[] = [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'FLOW', cell: ({ flow }) => `${flow.name} ${flow.version}` },
  { title: 'APP', cell: ({ app }) => app && `${app.name} ${app.version}` },
  { title: 'STATE', cell: stateOf },
  { title: 'UPDATES', cell: countsText },
  { title: 'CREATED', cell: ({ created_at }) => timeText(created_at) },
  { title: 'COMMENT', cell: ({ comment }) => comment },
];

export const updateColumns: Column<Update>[] = [
  { title: 'DEVICE', cell: ({ device }) => device.name },
  { title: 'ID', cell: ({ device }) => device.id },
  { title: 'STATUS', cell: ({ status }) => colouredStatus(status) },
  { title: 'WHY', cell: whyOf },
];

/** A deployment with its options, for people. */
export function deploymentText(deployment: Deployment): string {
  const { flow, app, counts, parameters } = deployment;
  return fieldsOf([
    ['Deployment', deployment.id],
    ['State', stateOf(deployment)],
    ['Updates', countsText({ devices: deployment.devices, counts })],
    ['Flow', `${flow.name}, version ${flow.version} (${flow.id})`],
    ['App', app && `${app.name} ${app.version}`],
    ['Comment', deployment.comment],
    ['Devices', JSON.stringify(deployment.device_filter)],
    ['Retry of', deployment.retry_of],
    [
      'Replaces',
      deployment.supersede === 'none' ? null : `what is pending of the ${deployment.supersede.replace('_', ' ')}`,
    ],
    ...Object.entries(parameters).map(([name, value]): [string, Cell] => [`Parameter ${visibleText(name)}`, value]),
    ['Configuration', deployment.configuration && JSON.stringify(deployment.configuration)],
    ['Created', `${timeText(deployment.created_at)} by ${deployment.created_by}`],
    ['Starts', timeText(deployment.start_at)],
    ['Paused', timeText(deployment.paused_at)],
    ['Expires', timeText(deployment.expires_at)],
    ['Time limit', `${deployment.timeout_s} s on each device`],
    ['To abort within', `${deployment.abort_deadline_s} s`],
    ['Failure limit', deployment.max_failures],
    ['Limit reached', timeText(deployment.failure_limit_reached_at)],
    ['Finished', timeText(deployment.finished_at)],
    ['Archived', timeText(deployment.archived_at)],
  ]);
}

/** One device's update with its steps. */
export function updateText(update: UpdateDetails): string {
  const fields = fieldsOf([
    ['Device', `${update.device.name} (${update.device.id})`],
    ['Status', colouredStatus(update.status)],
    ['Why', whyOf(update)],
    ['Failed step', update.failed_step],
    ['Exit code', update.exit_code],
    ['Undone', update.undone.map(({ step, done }) => (done ? step : `${step} (not)`)).join(', ')],
    ['Taken up', timeText(update.taken_up_at)],
    ['Finished', timeText(update.finished_at)],
    ['Said late', lateText(update.late_result)],
  ]);
  return update.steps.length === 0 ? fields : `${fields}\n\n${tableOf(stepColumns, update.steps)}`;
}

/** Why a device is not updating: the answer, then every gate. */
export function whyText({ device, update, message, gates }: Why): string {
  const of = update === null ? '' : `, ${update.deployment_id} (${wordOf(update.status)})`;
  const head = `${visibleText(device.name)}${visibleText(of)}: ${visibleText(message)}`;
  return gates.length === 0 ? head : `${head}\n\n${tableOf(gateColumns, gates)}`;
}

export function colouredStatus(status: UpdateStatus): Cell {
  return { text: wordOf(status), colour: colours[status] };
}

const colours: Record<UpdateStatus, Colour | null> = {
  pending: null,
  in_progress: 'yellow',
  success: 'green',
  failed: 'red',
  aborted: 'red',
};

const stepColumns: Column<UpdateDetails['steps'][number]>[] = [
  { title: 'STEP', cell: ({ name }) => name },
  { title: 'STATUS', cell: ({ status }) => ({ text: status.replace('_', ' '), colour: stepColours[status] ?? null }) },
  { title: 'TRIES', cell: ({ tries }) => tries },
  { title: 'MESSAGE', cell: ({ message }) => message },
];

const stepColours: Record<string, Colour> = { success: 'green', failed: 'red', started: 'yellow' };

const gateColumns: Column<Why['gates'][number]>[] = [
  { title: 'GATE', cell: ({ gate }) => gate.replace('_', ' ') },
  { title: 'HOLDS', cell: ({ holds }) => (holds ? { text: 'yes', colour: 'red' } : 'no') },
  { title: 'MESSAGE', cell: ({ message }) => message },
  { title: 'SINCE', cell: ({ since }) => timeText(since) },
  { title: 'TRIED NEXT', cell: ({ tried_next_at }) => timeText(tried_next_at) },
];

function stateOf({ state }: Deployment): Cell {
  return { text: state, colour: stateColours[state] };
}

const stateColours: Record<DeploymentState, Colour | null> = {
  scheduled: null,
  paused: 'yellow',
  running: 'green',
  finished: null,
  archived: null,
};

function whyOf({ message, reason, waiting_for, abort_requested_at, status }: Update): string {
  if (status === 'in_progress' && abort_requested_at !== null) return 'asked to stop';
  const waiting = waiting_for && `waiting: ${waiting_for.replace('_', ' ')}`;
  return message ?? reason ?? waiting ?? '';
}

/** What the device said of its update when that had ended otherwise. */
function lateText(late: UpdateDetails['late_result']): string | null {
  if (late === null) return null;
  const { status, message, at } = late;
  const when = typeof at === 'string' ? ` at ${timeText(at)}` : '';
  return `${status}${when}${typeof message === 'string' && message !== '' ? `: ${message}` : ''}`;
}
