import { ensureInstall } from './ensure-install.mjs';

ensureInstall();
// Only now are the packages there that bundling needs.
const { bundle } = await import('./bundle.mjs');
await import(await bundle('bench'));
