import { execFile } from 'node:child_process';
import { createReadStream, mkdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Row } from '../bench.ts';
import { alternate, secondsOf } from '../measuring/alternate.ts';
import { resultOf } from '../measuring/result.ts';
import { AgentStage } from '../parts/agent-stage.ts';

const run = promisify(execFile);
const modules = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules');

/** An archive of many small files, as an app is: fetched, verified and unpacked, against curl, sha256sum and tar. */
export const placingRow: Row = {
  name: 'placing',
  measure: async ({ sizes }) => {
    const stage = await AgentStage.open();
    const archive = join(stage.folder, 'app.tar.gz');
    const files = createServer((_request, response) => createReadStream(archive).pipe(response));
    try {
      // Without a cache: each round is to download.
      await stage.startAgent(stage.url, ['--cache-size', '0']);
      const content = sizes.loadS > 2 ? ['.'] : ['typescript', '@esbuild', 'fast-check', 'zod'];
      // The links to our own packages lead out of the folder.
      const pack = 'tar --exclude=@tideway --exclude=.bin -C "$0" -cf - "$@" | gzip -1 > "$OUT"';
      await run('sh', ['-c', pack, modules, ...content], { env: { ...process.env, OUT: archive } });
      await stage.upload('app.tar.gz', archive);
      const place =
        '{ name: Place, uses: tideway/files, with: { artifact: app.tar.gz, path: /opt/app, extract: true } }';
      const note = (name: string) => `{ name: ${name}, run: date +%s%N > ${name} }`;
      const flow = await stage.saveFlow([note('begun'), place, note('ended')].join(', '));
      await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
      const [measured] = await alternate(
        async () => {
          await empty(join(stage.root, 'opt'));
          await stage.succeeded(await stage.order(flow));
          return [stage.notedS('ended') - stage.notedS('begun')];
        },
        async () => {
          const folder = join(stage.folder, 'bare');
          await empty(folder);
          return [await secondsOf(() => placeBare(url, folder))];
        },
      );
      const times = measured ?? { value: 0, baseline: 0 };
      const archived = `${(statSync(archive).size / 1e6).toFixed(0)} MB of tar.gz`;
      return [
        resultOf({
          name: 'download, verify, unpack',
          ...times,
          limit: 1.3,
          direction: 'at_most',
          unit: 's',
          note: archived,
        }),
      ];
    } finally {
      await stage.close();
      files.close();
    }
  },
};

async function empty(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await run('sync', ['-f', folder]);
}

/** What a script would do; it ends, too, when all is on the disk. */
async function placeBare(url: string, folder: string): Promise<void> {
  const fetched = 'curl -fsS "$1" | tee "$2.tar.gz" | sha256sum > "$2.sum"';
  const text = `${fetched} && tar -C "$2" -xzf "$2.tar.gz" && sync -f "$2"`;
  await run('sh', ['-c', text, 'sh', url, folder]);
}
