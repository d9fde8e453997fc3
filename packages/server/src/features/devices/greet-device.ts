import type { HelloMessage } from '@tideway/protocol';
import type { Tx } from '../../platform/database/transaction.ts';
import { recordAuditEvent } from '../audit/record-audit-event.ts';
import { lockGreetedDevice, setCopyNoticed, setDeviceGreeted } from './greeting.store.ts';
import type { ContactedDevice } from './note-contact.ts';
import { judgeSessionValue } from './session-value.rules.ts';

export type Greeting = {
  /** What the device shows at its next hello. */
  sessionValue: string;
  /** True where the device's state was restored or copied since it was here last. */
  isCopied: boolean;
  now: Date;
};

/** Books a device's hello. A device whose state is found to be a copy twice within an hour is held for a person. */
export async function greetDevice(
  tx: Tx,
  device: ContactedDevice,
  { hello, sessionValue, address }: { hello: HelloMessage; sessionValue: string; address: string },
): Promise<Greeting> {
  const known = await lockGreetedDevice(tx, device.id);
  const isCopied = judgeSessionValue(known, hello.session_value) === 'copied';
  await setDeviceGreeted(tx, device.id, hello, sessionValue);
  const actor = { accountId: device.account_id, actor: `device ${device.public_id}`, tokenId: null, address };
  const about = { target: device.public_id, projectId: device.project_id };
  if (known.is_blocked !== (hello.block !== null)) {
    const action = hello.block === null ? 'device.unblocked' : 'device.blocked';
    await recordAuditEvent(tx, actor, { action, ...about, after: hello.block });
  }
  if (isCopied) {
    await setCopyNoticed(tx, device.id, known.was_copied_lately);
    const action = known.was_copied_lately && !known.is_held ? 'device.held' : 'device.copy_noticed';
    await recordAuditEvent(tx, actor, { action, ...about });
  }
  return { sessionValue, isCopied, now: known.now };
}
