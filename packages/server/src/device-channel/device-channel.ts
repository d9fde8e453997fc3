import type { Server } from 'node:http';
import { findDevicesToWake, findForgottenDevices } from '../features/deployments/find-devices-to-wake.ts';
import { holdLease } from '../features/devices/hold-lease.ts';
import type { Deps } from '../platform/deps.ts';
import { openChannelDoor } from './channel-door.ts';
import { OpenChannels } from './open-channels.ts';

/** What a wake-up may have missed is looked for so often. */
const lookEveryMs = 60_000;

/**
 * Everything of the devices' door that lives as long as the server: its lease, the channels, and the line by which
 * servers tell each other whom to wake. Gives what ends it all.
 */
export async function startDeviceChannel(server: Server, deps: Deps): Promise<() => Promise<void>> {
  const endLease = await holdLease(deps);
  const channels = new OpenChannels({
    wakesPerS: deps.settings.wakesPerS,
    onWoken: () => deps.metrics.devicesWoken(1),
    random: () => Buffer.from(deps.randomBytes(4)).readUInt32BE() / 2 ** 32,
  });
  deps.metrics.watchChannels(() => channels.size);
  const closeDoor = openChannelDoor(server, deps, channels);
  const wake = (found: Promise<number[]>) =>
    found.then(
      (ids) => channels.wake(ids),
      (error: unknown) => deps.log.debug({ err: error }, 'It could not be found out whom to wake'),
    );
  const wakeForgotten = () => {
    if (channels.size > 0) void wake(findForgottenDevices(deps));
  };
  const looking = setInterval(wakeForgotten, lookEveryMs);
  void deps.wakes.listen({
    onWoken: ({ deployments, devices }) => {
      channels.wake(devices);
      if (deployments.length > 0 && channels.size > 0) void wake(findDevicesToWake(deps, deployments));
    },
    onRegained: wakeForgotten,
  });
  return async () => {
    clearInterval(looking);
    await closeDoor();
    await deps.wakes.stop();
    await endLease();
  };
}
