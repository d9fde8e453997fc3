// `npm run check`: everything that can be said about the code without running it. All checks run, also after a failure.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './ensure-install.mjs';
import { missingPlatformPackages } from './lock-file.mjs';
import { wrongPromises } from './promises.mjs';

const tools = join(root, 'node_modules', '.bin');

const checks = [
  ['types', () => run('tsc', '-p', '.')],
  ['types of the dashboard', () => run('tsc', '-p', 'packages/dashboard')],
  ['format and lint', () => run('biome', 'check', '--error-on-warnings', '.')],
  ['import rules', () => run('depcruise', '--config', '.dependency-cruiser.mjs', 'packages', 'bench')],
  ['unused code and packages', () => run('knip')],
  ['lock file', () => report(missingPlatformPackages(root))],
  ['promises and their tests', () => report(wrongPromises())],
];

let failed = 0;
for (const [name, check] of checks) {
  const { passed, output } = check();
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${name}`);
  if (!passed) {
    failed += 1;
    console.log(output);
  }
}
console.log(`checks: ${checks.length - failed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);

function run(tool, ...words) {
  const done = spawnSync(join(tools, tool), words, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return { passed: done.status === 0, output: `${done.stdout ?? ''}${done.stderr ?? ''}${done.error?.message ?? ''}` };
}

function report(faults) {
  return { passed: faults.length === 0, output: faults.join('\n') };
}
