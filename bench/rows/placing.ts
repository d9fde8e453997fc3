import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Row } from '../bench.ts';
import { alternate, secondsOf } from '../measuring/alternate.ts';
import { resultOf } from '../measuring/result.ts';
import { AgentStage } from '../parts/agent-stage.ts';

const run = promisify(execFile);
const modules = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules');

/** An archive of many small files, as an app is: from the order until all is in its place, against curl, sha256sum, tar. */
export const placingRow: Row = {
  name: 'placing',
  measure: async ({ sizes }) => {
    const stage = await AgentStage.open();
    try {
      // Without a cache: each round is to download.
      await stage.startAgent(stage.url, ['--cache-size', '0']);
      const archive = join(stage.folder, 'app.tar.gz');
      const content = sizes.loadS > 2 ? ['.'] : ['typescript', '@types', 'zod', 'vitest'];
      await run('sh', ['-c', 'tar -C "$0" -cf - "$@" | gzip -1 > "$OUT"', modules, ...content], {
        env: { ...process.env, OUT: archive },
      });
      await stage.upload('app.tar.gz', archive);
      const flow = await stage.saveFlow(
        '{ name: Place, uses: tideway/files, with: { artifact: app.tar.gz, path: /opt/app, extract: true } }',
      );
      const [measured] = await alternate(
        () => emptied(join(stage.root, 'opt'), async () => stage.succeeded(await stage.order(flow))),
        () => emptied(join(stage.folder, 'bare'), (place) => placeBare(`file://${archive}`, place)),
      );
      const times = measured ?? { value: 0, baseline: 0 };
      return [resultOf({ name: 'download, verify, unpack', ...times, limit: 1.3, direction: 'at_most', unit: 's' })];
    } finally {
      await stage.close();
    }
  },
};

async function emptied(place: string, work: (place: string) => Promise<void>): Promise<number[]> {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  await run('sync', ['-f', place]);
  return [await secondsOf(() => work(place))];
}

/** What a script would do; it ends, too, when all is on the disk. */
async function placeBare(url: string, place: string): Promise<void> {
  const text =
    'curl -fsS "$1" | tee "$2/app.tar.gz" | sha256sum > "$2/sum" && tar -C "$2" -xzf "$2/app.tar.gz" && sync -f "$2"';
  await run('sh', ['-c', text, 'sh', url, place]);
}
