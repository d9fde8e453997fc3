import type { AgentOffer, DeviceMessage, DeviceReport, Plan, ServerMessage } from '@tideway/protocol';

/** What the agent has to say at its next contact. */
export type Pending = {
  /** Null where this session has been greeted already. */
  hello: Extract<DeviceMessage, { type: 'hello' }> | null;
  /** Reports that are not acknowledged, oldest first. */
  reports: readonly DeviceReport[];
  /** The next piece of output, and whether it is the last for now. */
  output: { message: Extract<DeviceMessage, { type: 'log' }>; isLast: boolean } | null;
  /** Where an abort is waited for: until when. */
  stopping: Extract<DeviceMessage, { type: 'stopping' }> | null;
  /** How the device is, where it is time to say so. */
  metrics: Extract<DeviceMessage, { type: 'metrics' }> | null;
  isBusy: boolean;
  /** Software on the device wants no new update. */
  isBlocked: boolean;
};

/** Reports in one call; the protocol allows 200 messages, and a mebibyte over a channel. */
const maxReports = 150;
const maxReportBytes = 512 * 1024;

/**
 * The messages of the next call. Results stand before `next`, so that the server has booked the old update when it
 * looks for a new one. A busy device asks once in each session: the same plan comes back, perhaps under a new attempt. One
 * that is blocked and free does not ask.
 */
export function messagesToSend({
  hello,
  reports,
  output,
  stopping,
  metrics,
  isBusy,
  isBlocked,
}: Pending): DeviceMessage[] {
  const fitting = fittingReports(reports);
  const first = [hello, stopping, metrics].filter((message) => message !== null);
  const said: DeviceMessage[] = [...first, ...fitting, ...(output ? [output.message] : [])];
  // The next update takes the place of what was not said about the last.
  const isAllSaid = fitting.length === reports.length && (output === null || output.isLast);
  const asks = isBusy ? hello !== null : !isBlocked;
  return isAllSaid && asks ? [...said, { type: 'next' }] : said;
}

/** The oldest reports, as many as one call takes; always one. */
function fittingReports(reports: readonly DeviceReport[]): readonly DeviceReport[] {
  let bytes = 0;
  const tooMany = reports.slice(0, maxReports).findIndex((report, index) => {
    bytes += new TextEncoder().encode(JSON.stringify(report)).length;
    return bytes > maxReportBytes && index > 0;
  });
  return reports.slice(0, tooMany === -1 ? maxReports : tooMany);
}

/** What the agent is at when an answer arrives. */
export type Situation = {
  current: Pick<Plan, 'update_id' | 'attempt'> | null;
  lastResult: DeviceReport | null;
  /** What was sent, for what `refused` is about. */
  sent: readonly DeviceMessage[];
  /** The device's clock, RFC 3339. */
  now: string;
};

/** What a message of the server makes the agent do. */
export type Effect =
  | { type: 'keep_session_value'; value: string }
  | { type: 'consider_program'; offer: AgentOffer | null }
  | { type: 'take_up'; plan: Plan }
  | { type: 'adopt_attempt'; attempt: number }
  | { type: 'abort'; update_id: string }
  | { type: 'report'; report: DeviceReport }
  | { type: 'forget_report'; update_id: string; attempt: number; seq: number }
  | { type: 'forget_update'; update_id: string }
  | { type: 'output_kept'; update_id: string; attempt: number; offset: number }
  | { type: 'output_refused' }
  | { type: 'warn'; text: string };

export function effectsOf(message: ServerMessage, at: Situation): Effect[] {
  switch (message.type) {
    case 'welcome':
      return [
        { type: 'keep_session_value', value: message.session_value },
        { type: 'consider_program', offer: message.agent ?? null },
      ];
    case 'plan':
      return effectsOfPlan(message.plan, at);
    case 'abort':
      return effectsOfAbort(message.update_id, at);
    case 'ack':
      return effectsOfAck(message, at);
    case 'log_ack':
      return [{ ...message, type: 'output_kept' }];
    // Whatever comes unasked brings the next contact forward; a wake-up is nothing else.
    case 'wake':
    case 'settings':
      return [];
    case 'refused':
      return effectsOfRefusal(message, at);
  }
}

function effectsOfPlan(plan: Plan, { current, lastResult }: Situation): Effect[] {
  if (current?.update_id === plan.update_id) {
    return plan.attempt > current.attempt ? [{ type: 'adopt_attempt', attempt: plan.attempt }] : [];
  }
  // One update at a time on a device: where another one is given out, ours has ended for the server.
  if (current) return [{ type: 'abort', update_id: current.update_id }];
  if (lastResult?.update_id === plan.update_id)
    return [{ type: 'report', report: resultAgain(lastResult, plan.attempt) }];
  return [{ type: 'take_up', plan }];
}

function effectsOfAbort(updateId: string, { current, lastResult, now }: Situation): Effect[] {
  if (current?.update_id === updateId) return [{ type: 'abort', update_id: updateId }];
  if (lastResult?.update_id === updateId) return [{ type: 'report', report: lastResult }];
  // Its plan has never arrived here: confirming at once is better than the deadline.
  return [{ type: 'report', report: neverBegun(updateId, now) }];
}

function effectsOfAck(ack: Extract<ServerMessage, { type: 'ack' }>, { current }: Situation): Effect[] {
  if (ack.status === 'unknown') return [{ type: 'forget_update', update_id: ack.update_id }];
  const { update_id, attempt, seq } = ack;
  const forget: Effect = { type: 'forget_report', update_id, attempt, seq };
  // A final status before we have reported one is an abort.
  const isEnded = ack.status !== 'pending' && ack.status !== 'in_progress';
  return isEnded && current?.update_id === update_id ? [forget, { type: 'abort', update_id }] : [forget];
}

function effectsOfRefusal(refused: Extract<ServerMessage, { type: 'refused' }>, { sent }: Situation): Effect[] {
  const message = sent[refused.index];
  const warning: Effect = {
    type: 'warn',
    text: `The server refused a ${message?.type ?? 'message'}: ${refused.message}`,
  };
  const mayBeSentAgain = ['rate_limited', 'unavailable', 'internal'].includes(refused.code);
  if (mayBeSentAgain) return [warning];
  // It would be refused for ever, and all that comes after it would wait.
  if (message?.type === 'report') {
    const { update_id, attempt, seq } = message;
    return [warning, { type: 'forget_report', update_id, attempt, seq }];
  }
  return message?.type === 'log' ? [warning, { type: 'output_refused' }] : [warning];
}

/** Under a new attempt the numbers of reports begin again. */
function resultAgain(result: DeviceReport, attempt: number): DeviceReport {
  return attempt <= result.attempt ? result : { ...result, attempt, seq: 1 };
}

function neverBegun(updateId: string, now: string): DeviceReport {
  return {
    type: 'report',
    update_id: updateId,
    attempt: 1,
    seq: 1,
    event: 'stopped',
    step: null,
    exit_code: null,
    message: 'Aborted before it began on the device.',
    reason: 'stopped',
    undone: [],
    device_time: now,
  };
}
