import { z } from 'zod';
import { updateStatusSchema } from '../update-status.ts';
import { agentOfferSchema } from './agent-program.ts';
import { planSchema } from './plan.ts';

/** The first message of a session: who speaks, what it can do, and the session value it was last given. */
export const helloSchema = z.object({
  type: z.literal('hello'),
  agent_version: z.string().max(64),
  os: z.string().max(64),
  arch: z.string().max(64),
  /** Step types that this agent carries out. */
  capabilities: z.array(z.string().max(64)).max(100),
  attributes: z.record(z.string().max(64), z.string().max(1024)),
  apps: z.array(z.object({ name: z.string().max(128), version: z.string().max(128) })).max(1000),
  boot_id: z.string().max(64),
  /** Null at the very first hello of a device. */
  session_value: z.string().max(64).nullable(),
  /** Where software on the device wants no new update, with its reason. A device whose mind changes says hello again. */
  block: z
    .object({ reason: z.string().max(500).nullable() })
    .nullable()
    .default(null),
});
export type HelloMessage = z.infer<typeof helloSchema>;

/** Asks for the next update; the answer is a `plan`, or nothing where there is none. */
export const nextSchema = z.object({ type: z.literal('next') });

/** How a step or an update went, on the device's own word. */
export const reportEvents = [
  'step_started',
  'step_succeeded',
  'step_failed',
  'succeeded',
  'failed',
  'stopped',
] as const;

/** What an update did to put things back: one entry a step undone, one for the flow's rollback. */
export const undoneSchema = z.object({
  step: z.string().max(256),
  done: z.boolean(),
  message: z.string().max(2000).nullable(),
});

/** What the device says about its update. Kept on its disk until it is acknowledged. */
export const reportSchema = z.object({
  type: z.literal('report'),
  update_id: z.string().max(64),
  attempt: z.int32().positive(),
  /** Rises by one with every report of an attempt, from 1. */
  seq: z.int32().positive(),
  event: z.enum(reportEvents),
  /** Index of the step that this is about, from 0; null where it is about the whole update. */
  step: z.int32().nonnegative().nullable(),
  exit_code: z.int32().nullable(),
  /** Why, in one sentence, for people. */
  message: z.string().max(2000).nullable(),
  /** A stable word for the kind of failure, as `unsupported`, `timed_out`, `step_failed`; null where there is none. */
  reason: z.string().max(64).nullable(),
  undone: z.array(undoneSchema).max(1000),
  /** The device's clock, RFC 3339: information, never a decision. */
  device_time: z.string().max(40),
});
export type DeviceReport = z.infer<typeof reportSchema>;

/** Output of a step. `offset` is where `text` begins in the update's whole output, in bytes of UTF-8. */
export const logSchema = z.object({
  type: z.literal('log'),
  update_id: z.string().max(64),
  attempt: z.int32().positive(),
  offset: z.number().int().nonnegative(),
  text: z.string().max(300_000),
});
export type LogMessage = z.infer<typeof logSchema>;

/**
 * The device has heard the abort of its update, and is in an act that is not broken off: a step that must not be
 * interrupted, or undoing. Said again at each contact meanwhile.
 */
export const stoppingSchema = z.object({
  type: z.literal('stopping'),
  update_id: z.string().max(64),
  attempt: z.int32().positive(),
  /** Seconds until the time limit of the act is over. */
  ends_in_s: z.number().nonnegative().max(2_592_000),
});
export type StoppingMessage = z.infer<typeof stoppingSchema>;

/** How the device is: numbers whose units stand in their names, as `disk_free_bytes`. Said once in an hour. */
export const metricsSchema = z.object({
  type: z.literal('metrics'),
  values: z
    .record(z.string().regex(/^[a-z0-9_]{1,64}$/, 'must be a name of small letters, digits and _'), z.number())
    .refine((values) => Object.keys(values).length <= 50, 'must have at most 50 entries'),
});
export type MetricsMessage = z.infer<typeof metricsSchema>;

/** The agent stops on purpose: it is offline from now. */
export const goodbyeSchema = z.object({ type: z.literal('goodbye') });

/** A message of a device. */
export const deviceMessageSchema = z.discriminatedUnion('type', [
  helloSchema,
  nextSchema,
  reportSchema,
  logSchema,
  stoppingSchema,
  metricsSchema,
  goodbyeSchema,
]);
export type DeviceMessage = z.infer<typeof deviceMessageSchema>;

/** The body of `POST /device/v1/messages`. Messages are read one by one, so that a bad one refuses only itself. */
export const deviceMessagesSchema = z.object({ messages: z.array(z.unknown()).max(200) });

/** A message to a device. Unknown types and fields are for newer agents; older ones pass over them. */
export const serverMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    session_value: z.string(),
    server_time: z.string(),
    /** Left out where the server gives no program out, or where agents are not to update themselves. */
    agent: agentOfferSchema.optional().catch(undefined),
  }),
  z.object({ type: z.literal('plan'), plan: planSchema }),
  /** Stop this update, undo, and confirm with `stopped`. */
  z.object({ type: z.literal('abort'), update_id: z.string() }),
  /** A report is kept: the agent may forget it. `unknown` is an update this server never heard of. */
  z.object({
    type: z.literal('ack'),
    update_id: z.string(),
    attempt: z.number().int(),
    seq: z.number().int(),
    status: z.union([updateStatusSchema, z.literal('unknown')]),
  }),
  /** Output up to `offset` is kept. */
  z.object({ type: z.literal('log_ack'), update_id: z.string(), attempt: z.number().int(), offset: z.number().int() }),
  /** There may be something to do: ask with `next`. */
  z.object({ type: z.literal('wake') }),
  z.object({ type: z.literal('settings'), poll_after_s: z.number() }),
  /** A message was not understood or not allowed; `index` is its place in the list. */
  z.object({ type: z.literal('refused'), index: z.number().int(), code: z.string(), message: z.string() }),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;

/** Why a server closes its channels when it stops: the reason of the close with code 1012, as JSON. */
export const serverStopsSchema = z.object({ come_back_after_s: z.number().nonnegative() });

/**
 * What a server sends over a channel (`GET /device/v1/channel`): one of these for each of the device's, in their order,
 * and those without `poll_after_s` unasked.
 */
export const channelFrameSchema = z.object({
  messages: z.array(z.unknown()),
  poll_after_s: z.number().positive().optional(),
});
export type ChannelFrame = z.infer<typeof channelFrameSchema>;

/** The answer to `POST /device/v1/messages`. */
export const serverMessagesSchema = z.object({
  messages: z.array(z.unknown()),
  /** Seconds until the device should ask again. */
  poll_after_s: z.number().positive(),
});
export type ServerMessages = z.infer<typeof serverMessagesSchema>;
