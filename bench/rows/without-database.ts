import type { DeviceMessage, ServerMessages } from '@tideway/protocol';
import type { Deps, Route } from '@tideway/server';
import { deviceChannelRoutes } from '../../packages/server/src/device-channel/device-channel.routes.ts';

/**
 * Baseline of `reports` and `polls`: the devices' routes as they are, with their tickets and schemas, but that messages
 * are answered with constants.
 */
export function routesWithoutDatabase(deps: Deps): Route[] {
  return deviceChannelRoutes(deps).map((route) =>
    route.path === '/device/v1/messages'
      ? { ...route, handle: async ({ body }: { body: { messages: DeviceMessage[] } }) => constantAnswer(body.messages) }
      : route,
  );
}

function constantAnswer([message]: DeviceMessage[]): ServerMessages {
  if (message?.type !== 'report') return { messages: [], poll_after_s: 25 };
  const { update_id, attempt, seq } = message;
  return { messages: [{ type: 'ack', update_id, attempt, seq, status: 'in_progress' }], poll_after_s: 2 };
}
