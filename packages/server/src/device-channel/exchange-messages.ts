import { deviceMessageSchema, type ServerMessage, type ServerMessages } from '@tideway/protocol';
import { noteContact, type ProvenDevice } from '../features/devices/note-contact.ts';
import { pollIntervals } from '../features/devices/poll-intervals.rules.ts';
import type { Deps } from '../platform/deps.ts';
import { checkAgainst } from '../platform/http/validation.rules.ts';
import { Refusal } from '../platform/refusal.ts';
import { answerMessage, type Speaker } from './answer-message.ts';
import { storableMessage } from './storable-message.rules.ts';

/**
 * One contact of a device: answers its messages in their order and says when to come back. A message that is not
 * understood or not allowed refuses only itself. What a device is at stands in the tables, not in a connection: the
 * next call may reach any server.
 */
export async function exchangeMessages(
  deps: Deps,
  device: ProvenDevice,
  messages: readonly unknown[],
  { address, over }: { address: string; over: 'polling' | 'channel' },
): Promise<ServerMessages> {
  deps.metrics.deviceContacted(over);
  deps.rates.devices.charge(device.id, Math.max(1, messages.length));
  const idleS = over === 'channel' ? channelPollAfterS : deps.settings.pollAfterS;
  const told = pollIntervals(idleS, Math.random());
  const contacted = await noteContact(deps, device, over === 'channel' ? null : told);
  const answers: ServerMessage[] = [];
  for (const [index, message] of messages.entries()) {
    answers.push(...(await answerOrRefuse(deps, { ...contacted, address }, message, index)));
  }
  if (contacted.to_abort !== null) answers.push({ type: 'abort', update_id: contacted.to_abort });
  const asksSoon = contacted.is_at_work && over === 'polling';
  return { messages: answers, poll_after_s: asksSoon ? told.atWorkS : told.idleS };
}

/** Over a channel a device is woken: it asks by itself only for the case that a wake-up was lost. */
const channelPollAfterS = 300;

async function answerOrRefuse(deps: Deps, speaker: Speaker, message: unknown, index: number): Promise<ServerMessage[]> {
  const checked = checkAgainst(deviceMessageSchema, storableMessage(message));
  if ('faults' in checked) {
    deps.metrics.refused('invalid_request');
    const faults = checked.faults.map((fault) => fault.message).join('; ');
    return [{ type: 'refused', index, code: 'invalid_request', message: faults }];
  }
  return answerMessage(deps, speaker, checked.value).catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error;
    deps.metrics.refused(error.code);
    return [{ type: 'refused', index, code: error.code, message: error.message }];
  });
}
