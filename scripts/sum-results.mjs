// Adds up the lines `checks: …` and `tests: …` of a run. Where one is missing, its part did not come to its end.
import { readFileSync } from 'node:fs';

const output = readFileSync(process.argv[2], 'utf8');
const total = { passed: 0, failed: 0, skipped: 0 };
for (const part of ['checks', 'tests']) {
  const found = new RegExp(`^${part}: (\\d+) passed, (\\d+) failed, (\\d+) skipped$`, 'm').exec(output);
  total.passed += Number(found?.[1] ?? 0);
  total.failed += Number(found?.[2] ?? 1);
  total.skipped += Number(found?.[3] ?? 0);
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
