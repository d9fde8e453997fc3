import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApi } from '../api.ts';
import { Stage } from '../stage.ts';
import { makeShowcase } from './showcase.ts';
import { shownPages } from './shown-pages.ts';
import { takeScreenshots } from './take-screenshots.ts';

// The bundle stands in dist/, beside the programs that it starts.
const programs = dirname(fileURLToPath(import.meta.url));
const folder = join(programs, '..', 'screenshots');
const only = process.argv.slice(2).filter((word) => !word.startsWith('-'));
mkdirSync(folder, { recursive: true });

const stage = new Stage(programs);
try {
  const url = await stage.startServer(0, { TIDEWAY_LOG_LEVEL: 'error' });
  const api = createApi(url, await stage.createToken('owner'));
  const pages = shownPages(await makeShowcase(stage, api, url));
  const count = await takeScreenshots(url, api, pages, folder, only);
  process.stdout.write(`${count} pictures in ${folder}\n`);
} finally {
  await stage.stop();
}
