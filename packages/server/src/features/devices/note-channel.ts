import type { BatchWork } from '../../platform/batch/batches.ts';
import type { Deps } from '../../platform/deps.ts';
import { type ChannelEvent, setChannelsEnded, setChannelsOpened } from './presence.store.ts';

/** Notes that a device holds a channel open here: it is online while the channel is. */
export async function noteChannelOpened({ batches }: Pick<Deps, 'batches'>, event: ChannelEvent): Promise<void> {
  await batches.run(openings, event);
}

/** Notes that a channel has ended. A later one of the same device is not touched. */
export async function noteChannelEnded({ batches }: Pick<Deps, 'batches'>, event: ChannelEvent): Promise<void> {
  await batches.run(endings, event);
}

const openings: BatchWork<Pick<Deps, 'db' | 'serverId'>, ChannelEvent, null> = {
  name: 'channel_openings',
  keyOf: ({ deviceId }) => deviceId,
  run: async ({ db, serverId }, opened) => {
    await setChannelsOpened(db, serverId, opened);
    return opened.map(() => null);
  },
};

const endings: BatchWork<Pick<Deps, 'db'>, ChannelEvent, null> = {
  name: 'channel_endings',
  keyOf: ({ deviceId }) => deviceId,
  run: async ({ db }, ended) => {
    await setChannelsEnded(db, ended);
    return ended.map(() => null);
  },
};
