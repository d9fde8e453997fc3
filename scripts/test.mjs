// `npm test`: bundles the programs that tests start as processes, runs every test, and says loudly what was skipped.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startVitest } from 'vitest/node';
import { buildDashboard } from './build-dashboard.mjs';
import { bundle, bundleAgentProgram } from './bundle.mjs';
import { installSystemPackages } from './system-packages.mjs';

installSystemPackages();
for (const program of ['tideway', 'tideway-agent', 'demo']) await bundle(program);
await bundleAgentProgram();
await buildDashboard();

const folder = mkdtempSync(join(tmpdir(), 'tideway-results-'));
const outputFile = join(folder, 'results.json');
const words = process.argv.slice(2);
const vitest = await startVitest(
  'test',
  words.filter((word) => !word.startsWith('-')),
  {
    watch: false,
    reporters: ['default', 'json'],
    outputFile: { json: outputFile },
  },
);
await vitest.close();

const results = JSON.parse(readFileSync(outputFile, 'utf8'));
rmSync(folder, { recursive: true });
const skipped = results.testResults.flatMap((file) =>
  file.assertionResults.filter((test) => test.status !== 'passed' && test.status !== 'failed'),
);
for (const test of skipped) console.log(`SKIPPED: ${test.fullName}`);

// A file that could not even be loaded has no tests that failed, and is a failure all the same.
const broken = results.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
const failed = results.numFailedTests + broken.length + (vitest.state.getUnhandledErrors().length > 0 ? 1 : 0);
console.log(`tests: ${results.numPassedTests} passed, ${failed} failed, ${skipped.length} skipped`);
process.exit(failed === 0 && results.numPassedTests > 0 ? 0 : 1);
