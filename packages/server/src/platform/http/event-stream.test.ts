import { eventually } from '@tideway/testkit';
import { describe, expect, it } from 'vitest';
import { EventStream, eventText } from './event-stream.ts';

const missed = eventText('resync', {});

describe('an event stream', () => {
  it('gives its events as they are', async () => {
    const stream = new EventStream(missed);
    stream.send(eventText('counts', { a: 1 }, '7'));
    stream.send(eventText('update', { b: 'x\ny' }));
    stream.end();
    expect(await readAll(stream)).toBe('id: 7\nevent: counts\ndata: {"a":1}\n\nevent: update\ndata: {"b":"x\\ny"}\n\n');
  });

  it('keeps no more than 256 KiB for a reader who is too slow, who is told when it reads again', async () => {
    const stream = new EventStream(missed);
    const big = eventText('update', 'x'.repeat(1000));
    for (let count = 0; count < 1000; count++) stream.send(big);
    expect(stream.body.readableLength).toBeLessThanOrEqual(256 * 1024);
    stream.body.read();
    stream.keepAlive();
    stream.send(eventText('counts', {}));
    stream.end();
    expect(await readAll(stream)).toBe(`${missed}: still here\n\n${eventText('counts', {})}`);
  });

  it('drops what is sent when its reader has gone', async () => {
    const stream = new EventStream(missed);
    let isClosed = false;
    stream.onClosed(() => {
      isClosed = true;
    });
    stream.body.destroy();
    stream.send('late');
    await eventually(() => expect(isClosed).toBe(true));
    expect(stream.body.readableLength).toBe(0);
  });
});

async function readAll(stream: EventStream): Promise<string> {
  let text = '';
  for await (const chunk of stream.body) text += String(chunk);
  return text;
}
