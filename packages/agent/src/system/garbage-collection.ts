import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * To be told of every piece of long work on a stream of bytes. Each leaves a buffer behind that V8 is in no hurry to
 * free: without this, a large artifact costs a small device some 50 MB, with it a dozen. A minor collection takes less
 * than a millisecond.
 */
export function garbageCollection(): (bytes: number) => void {
  let bytesSince = 0;
  return (bytes) => {
    bytesSince += bytes;
    if (bytesSince < everyBytes) return;
    bytesSince = 0;
    collect ??= findCollector();
    collect({ type: 'minor' });
  };
}

const everyBytes = 2 * 2 ** 20;

type Collector = (options: { type: 'minor' }) => void;
let collect: Collector | undefined;

function findCollector(): Collector {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('gc');
  return typeof found === 'function' ? (options) => found(options) : () => undefined;
}
