import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stage } from '../stage.ts';
import { runDemo } from './run-demo.ts';

const isOnce = process.argv.includes('--once');
// The bundled demo stands beside the programs that it shows.
const stage = new Stage(dirname(fileURLToPath(import.meta.url)));
let isStopping = false;

/** Ends everything that was started. Ctrl-C may arrive twice, from the terminal and from npm. */
async function stop(exitCode: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  if (!isOnce) process.stdout.write('\nStopping …\n');
  await stage.stop();
  process.exit(exitCode);
}

process.on('SIGINT', () => stop(130));
process.on('SIGTERM', () => stop(143));

try {
  const result = await runDemo(stage);
  if (isOnce) {
    await stage.stop();
    process.stdout.write(`${JSON.stringify(result.summary)}\n`);
    process.exit(result.isAsItShould ? 0 : 1);
  }
  process.stdout.write(`\n${await result.next()}\nThe server and its three agents stay up until Ctrl-C.\n`);
} catch (error) {
  if (!isStopping)
    process.stderr.write(`The demo failed: ${error instanceof Error ? error.stack : error}\n${stage.log()}\n`);
  await stop(1);
}
