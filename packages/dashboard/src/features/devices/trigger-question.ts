import type { Device } from '@tideway/protocol';

export type Trigger = Device['update_trigger'];

/** What is asked before the update trigger of a device, or of several, is turned. */
export function triggerQuestion(to: Trigger, whose: string): { verb: string; title: string; children: string } {
  return to === 'on'
    ? {
        verb: 'Hold back updates',
        title: `Hold back updates from ${whose}?`,
        children: 'No new update begins there. One that has begun goes on.',
      }
    : {
        verb: 'Allow updates',
        title: `Allow updates on ${whose}?`,
        children: 'What is pending there may begin at once.',
      };
}
