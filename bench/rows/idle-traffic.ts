import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, Row } from '../bench.ts';
import { resultOf } from '../measuring/result.ts';
import { AgentStage } from '../parts/agent-stage.ts';
import { CountingProxy, type Exchange } from '../parts/counting-proxy.ts';

const dayS = 24 * 3600;
/** What an agent does in a day at the server's usual settings. */
const timesADay = {
  /** Every 25 seconds, up to a tenth early. */
  polls: dayS / (25 * 0.95),
  /** A ticket of an hour is used for nine tenths of it. */
  sessions: dayS / (3600 * 0.9),
  /** Anything up to ten minutes lies between two tries. */
  channelTries: dayS / 300,
  pings: dayS / 30,
  /** Over a channel it asks every five minutes, in case that a wake-up was lost. */
  asksOverChannel: dayS / (300 * 0.95),
};
/** Such a question and its answer are two frames of less than a hundred bytes. */
const askOverChannelBytes = 2 * (100 + 2 * 52);

/** What an agent that has nothing to do costs its line in a day, counted over a shorter time. */
export const idleTrafficRow: Row = {
  name: 'idle-traffic',
  measure: async (bench) => [await overChannel(bench), await byPolling(bench)],
};

async function overChannel({ sizes }: Bench) {
  return withProxy({ passesChannels: true }, {}, async (proxy) => {
    const { session } = await quiet(proxy);
    // The server pings all its channels every 30 seconds.
    const periods = sizes.loadS > 2 ? 2 : 1;
    await delay(periods * 30_000);
    const { channel } = proxy.take();
    const bytes =
      (channel.bytes / periods) * timesADay.pings +
      timesADay.asksOverChannel * askOverChannelBytes +
      session.bytes * timesADay.sessions;
    return resultOf({
      name: 'idle agent with a channel, a day',
      value: bytes / 1e6,
      baseline: 1,
      limit: 1,
      direction: 'at_most',
      unit: 'MB',
      note: `${Math.round(channel.bytes / periods)} bytes for each ping and its answer`,
    });
  });
}

async function byPolling({ sizes }: Bench) {
  return withProxy({ passesChannels: false }, { TIDEWAY_POLL_AFTER_S: '0.5' }, async (proxy) => {
    const { session, channel } = await quiet(proxy);
    await delay(sizes.loadS * 2000);
    const { poll } = proxy.take();
    const each = (exchange: { bytes: number; times: number }) => exchange.bytes / Math.max(1, exchange.times);
    const bytes =
      each(poll) * timesADay.polls + session.bytes * timesADay.sessions + each(channel) * timesADay.channelTries;
    return resultOf({
      name: 'idle agent that polls every 25 s, a day',
      value: bytes / 1e6,
      baseline: 5,
      limit: 1,
      direction: 'at_most',
      unit: 'MB',
      note: `${Math.round(each(poll))} bytes a poll, of ${poll.times}`,
    });
  });
}

async function withProxy<T>(
  options: { passesChannels: boolean },
  settings: Record<string, string>,
  work: (proxy: CountingProxy) => Promise<T>,
): Promise<T> {
  const stage = await AgentStage.open(settings);
  const proxy = new CountingProxy(stage.url, options);
  try {
    await stage.startAgent(await proxy.open());
    return await work(proxy);
  } finally {
    await stage.close();
    proxy.close();
  }
}

/** Waits until the agent has nothing left to say, and gives what joining has cost. */
async function quiet(proxy: CountingProxy): Promise<Record<Exchange, { bytes: number; times: number }>> {
  await delay(2000);
  return proxy.take();
}
