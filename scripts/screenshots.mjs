// `npm run screenshots`: every page of the dashboard with real data, in light and dark, wide and narrow, as pictures in
// screenshots/.
import { ensureInstall } from './ensure-install.mjs';

ensureInstall();
// Only now are the packages there that bundling needs.
const { installSystemPackages } = await import('./system-packages.mjs');
const { buildDashboard } = await import('./build-dashboard.mjs');
const { bundle, bundleAgentProgram } = await import('./bundle.mjs');
installSystemPackages();
for (const program of ['tideway', 'tideway-agent']) await bundle(program);
await bundleAgentProgram();
await buildDashboard();
await import(await bundle('screenshots'));
