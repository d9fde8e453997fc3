import { parseArgs } from 'node:util';
import { followersPart } from './parts/followers-part.ts';
import { loadPart } from './parts/load-part.ts';
import { type Commands, servePart } from './parts/part.ts';
import { serverPart } from './parts/server-part.ts';
import { socketsPart } from './parts/sockets-part.ts';
import { bareSocketsPart } from './rows/bare-sockets.ts';
import { rows } from './rows.ts';
import { runBench } from './run-bench.ts';

const parts: Record<string, Commands> = {
  server: serverPart,
  'bare sockets': bareSocketsPart,
  load: loadPart,
  followers: followersPart,
  sockets: socketsPart,
};

const [, , word, name = ''] = process.argv;
if (word === 'part') servePart(parts[name] ?? {});
else await main();

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } } });
  const wanted = rows.filter((row) => values.only === undefined || row.name === values.only);
  if (wanted.length === 0) {
    process.stderr.write(`There is no row ${values.only}: it is one of ${rows.map((row) => row.name).join(', ')}\n`);
    process.exit(2);
  }
  await runBench(wanted, { isQuick: values.quick, resultsFile: 'bench/results.json' });
}
