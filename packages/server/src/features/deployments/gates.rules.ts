import { type FlowDocument, type Gate, lackOf } from '@tideway/protocol';

/** What is known of a device that may be waiting for an update. */
export type DeviceFacts = {
  now: Date;
  needs_approval: boolean;
  /** When it joined, or was registered. */
  known_since: Date;
  held_at: Date | null;
  update_trigger_on: boolean;
  update_trigger_since: Date | null;
  /** Since when software on the device itself blocks updates, and why. */
  blocked_since: Date | null;
  blocked_reason: string | null;
  is_online: boolean;
  is_connected: boolean;
  last_contact_at: Date | null;
  online_until: Date | null;
};

/** What is known of a pending update, its order and what goes before it. */
export type PendingFacts = {
  start_at: Date | null;
  paused_at: Date | null;
  paused_by: string | null;
  expires_at: Date | null;
  failure_limit_reached_at: Date | null;
  flow: FlowDocument;
  /** Null where the device has never been here. */
  able: { capabilities: string[]; os: string; arch: string } | null;
  /** The deployment whose update the device is at or comes to before this one. */
  earlier: { deployment_id: string; is_at_work: boolean; since: Date } | null;
};

/** Every gate that a pending update has to pass, in their order. */
export function gatesOfUpdate(device: DeviceFacts, update: PendingFacts): Gate[] {
  return [
    approval(device),
    schedule(device, update),
    pause(update),
    trigger(device),
    earlierUpdate(update),
    connection(device),
    capability(update),
    limits(device, update),
  ];
}

/** The gates that any update would have to pass on this device. */
export function gatesOfDevice(device: DeviceFacts): Gate[] {
  return [approval(device), trigger(device), connection(device)];
}

/** What may keep a device from going on with the update that it is at. */
export function gatesOfWork(device: DeviceFacts): Gate[] {
  return [connection(device)].filter(({ holds }) => holds);
}

function approval({ needs_approval, held_at, known_since }: DeviceFacts): Gate {
  if (held_at !== null) {
    return holds('approval', 'The device is held: its state seems to be restored or copied. Approve it', held_at);
  }
  if (needs_approval) return holds('approval', 'The device awaits approval', known_since);
  return open('approval', 'The device is approved');
}

function schedule({ now }: DeviceFacts, { start_at }: PendingFacts): Gate {
  if (start_at === null) return open('schedule', 'The deployment begins at once');
  if (start_at <= now) return open('schedule', `The deployment has begun at ${start_at.toISOString()}`);
  return {
    ...holds('schedule', `The deployment begins at ${start_at.toISOString()}`),
    tried_next_at: start_at.toISOString(),
  };
}

function pause({ paused_at, paused_by }: PendingFacts): Gate {
  if (paused_at === null) return open('pause', 'The deployment is not paused');
  return holds('pause', `The deployment was paused by ${paused_by}`, paused_at);
}

function trigger({ update_trigger_on, update_trigger_since, blocked_since, blocked_reason }: DeviceFacts): Gate {
  if (update_trigger_on) return holds('trigger', 'The update trigger of the device is on', update_trigger_since);
  if (blocked_since === null) return open('trigger', 'The update trigger of the device is off: it holds nothing back');
  const reason = blocked_reason === null ? '' : `: ${blocked_reason}`;
  return holds('trigger', `The device was blocked on itself, with tideway-agent block${reason}`, blocked_since);
}

function earlierUpdate({ earlier }: PendingFacts): Gate {
  if (earlier === null) return open('earlier_update', 'The device is at no other update, and no older one may start');
  const { deployment_id: id, is_at_work, since } = earlier;
  const message = is_at_work ? `The device is at the update of ${id}` : `The update of ${id} is older and goes first`;
  return { ...holds('earlier_update', message, since), deployment_id: id };
}

function connection({ is_online, is_connected, last_contact_at, online_until }: DeviceFacts): Gate {
  if (last_contact_at === null) return holds('connection', 'The device has never been here');
  if (!is_online) {
    return holds(
      'connection',
      `The device is offline; it was last here at ${last_contact_at.toISOString()}`,
      last_contact_at,
    );
  }
  if (is_connected) return open('connection', 'The device is connected, and is woken');
  const asksAt = nextPollAt(last_contact_at, online_until);
  return { ...open('connection', 'The device polls'), tried_next_at: asksAt.toISOString() };
}

function capability({ flow, able }: PendingFacts): Gate {
  if (able === null) return open('capability', 'What the agent can do is not known before it has been here');
  const lack = lackOf(flow, able);
  // The device takes the update up all the same, and says itself that it cannot do it.
  return open('capability', lack === null ? 'The device can do every step' : `The update will fail: ${lack}`);
}

function limits({ now }: DeviceFacts, { failure_limit_reached_at, expires_at }: PendingFacts): Gate {
  if (failure_limit_reached_at !== null) {
    return holds(
      'limits',
      'As many updates of the deployment have failed as may: this one ends',
      failure_limit_reached_at,
    );
  }
  if (expires_at === null) return open('limits', 'The deployment does not expire');
  if (expires_at <= now) return holds('limits', 'The deployment has expired: this one ends', expires_at);
  return open('limits', `The deployment expires at ${expires_at.toISOString()}`);
}

/** A device that polls is online for three of its intervals and a minute. */
function nextPollAt(lastContactAt: Date, onlineUntil: Date | null): Date {
  const intervalMs = Math.max(0, ((onlineUntil?.getTime() ?? 0) - lastContactAt.getTime() - 60_000) / 3);
  return new Date(lastContactAt.getTime() + intervalMs);
}

function open(gate: Gate['gate'], message: string): Gate {
  return { gate, holds: false, message, deployment_id: null, since: null, tried_next_at: null };
}

function holds(gate: Gate['gate'], message: string, since: Date | null = null): Gate {
  return {
    gate,
    holds: true,
    message,
    deployment_id: null,
    since: since?.toISOString() ?? null,
    tried_next_at: null,
  };
}
