import type { DeviceMessage, DeviceReport, HelloMessage, LogMessage, ServerMessage } from '@tideway/protocol';
import { notePendingStop } from '../features/deployments/note-pending-stop.ts';
import { raiseAttempt } from '../features/deployments/raise-attempt.ts';
import { recordReport } from '../features/deployments/record-report.ts';
import { takeUpUpdate } from '../features/deployments/take-up-update.ts';
import { storeUpdateOutput } from '../features/deployments/update-output.ts';
import { greetDevice } from '../features/devices/greet-device.ts';
import { type ContactedDevice, noteGoodbye } from '../features/devices/note-contact.ts';
import { noteMetrics } from '../features/devices/note-metrics.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import type { Deps } from '../platform/deps.ts';
import { agentOffer } from './agent-program.ts';

/** A device that speaks, and where from. */
export type Speaker = ContactedDevice & { address: string };

/** Does what a message of a device asks for and gives the answers to it. Every message may come again, in any order. */
export async function answerMessage(deps: Deps, speaker: Speaker, message: DeviceMessage): Promise<ServerMessage[]> {
  switch (message.type) {
    case 'hello':
      return welcome(deps, speaker, message);
    case 'next':
      return givePlan(deps, speaker);
    case 'report':
      return acknowledge(deps, speaker, message);
    case 'log':
      return keepOutput(deps, speaker, message);
    case 'stopping':
      await notePendingStop(deps.db, speaker.id, message);
      return [];
    case 'metrics':
      await noteMetrics(deps.db, speaker.id, message);
      return [];
    case 'goodbye':
      await noteGoodbye(deps.db, speaker.id);
      return [];
  }
}

async function welcome(deps: Deps, speaker: Speaker, hello: HelloMessage): Promise<ServerMessage[]> {
  const { db, randomBytes } = deps;
  const agent = await agentOffer(deps);
  const sessionValue = Buffer.from(randomBytes(18)).toString('base64url');
  return inTransaction(db, async (tx) => {
    const greeting = await greetDevice(tx, speaker, { hello, sessionValue, address: speaker.address });
    if (greeting.isCopied) await raiseAttempt(tx, speaker.id);
    const { sessionValue: session_value, now } = greeting;
    return [{ type: 'welcome', session_value, server_time: now.toISOString(), ...(agent && { agent }) }];
  });
}

async function givePlan(deps: Deps, speaker: Speaker): Promise<ServerMessage[]> {
  if (!speaker.has_open) return [];
  const plan = await takeUpUpdate(deps, speaker.id);
  return plan ? [{ type: 'plan', plan }] : [];
}

/** A device that hears a final status which it has not reported takes it for an abort. */
async function acknowledge(deps: Deps, speaker: Speaker, report: DeviceReport): Promise<ServerMessage[]> {
  const status = await recordReport(deps, speaker, report);
  return [{ type: 'ack', update_id: report.update_id, attempt: report.attempt, seq: report.seq, status }];
}

async function keepOutput(deps: Deps, speaker: Speaker, log: LogMessage): Promise<ServerMessage[]> {
  const offset = await storeUpdateOutput(deps, speaker, log);
  return [{ type: 'log_ack', update_id: log.update_id, attempt: log.attempt, offset }];
}
