#!/usr/bin/env -S node --max-semi-space-size=64
import { ensureInstall } from '../../../scripts/ensure-install.mjs';

ensureInstall();
// Only now are the packages there that bundling needs.
const { bundle, bundleAgentProgram } = await import('../../../scripts/bundle.mjs');
if (process.argv[2] === 'serve') {
  const { buildDashboard } = await import('../../../scripts/build-dashboard.mjs');
  await Promise.all([bundleAgentProgram(), buildDashboard()]);
}
// In this process and not in a child: signals then need nobody to pass them on.
await import(await bundle('tideway'));
