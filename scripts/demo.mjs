import { ensureInstall } from './ensure-install.mjs';

ensureInstall();
// Only now are the packages there that bundling needs.
const { bundle, bundleAgentProgram } = await import('./bundle.mjs');
const { buildDashboard } = await import('./build-dashboard.mjs');
await bundle('tideway');
await bundle('tideway-agent');
await bundleAgentProgram();
await buildDashboard();
await import(await bundle('demo'));
