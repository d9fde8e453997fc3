import { uptime } from 'node:os';
import { bootId } from './process-identity.ts';

/** A moment on the clocks of the device: the calendar's, which may jump, and the time since the boot, which does not. */
export type Moment = { wall_ms: number; uptime_ms: number; boot_id: string };

export type Clock = () => Moment;

export const systemClock: Clock = () => ({ wall_ms: Date.now(), uptime_ms: uptime() * 1000, boot_id: bootId() });
