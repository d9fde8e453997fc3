import { ensureInstall } from './ensure-install.mjs';

ensureInstall();
// Only now are the packages there that bundling needs.
const { bundle } = await import('./bundle.mjs');
const { buildDashboard } = await import('./build-dashboard.mjs');
const { installSystemPackages } = await import('./system-packages.mjs');
installSystemPackages();
await buildDashboard();
// Real servers and agents are measured as they are delivered.
for (const program of ['tideway', 'tideway-agent']) await bundle(program);
await import(await bundle('bench'));
