import { ensureInstall } from './ensure-install.mjs';

ensureInstall();
// Only now are the packages there that bundling needs.
const { bundle } = await import('./bundle.mjs');
// Real servers and agents are measured as they are delivered.
for (const program of ['tideway', 'tideway-agent']) await bundle(program);
await import(await bundle('bench'));
