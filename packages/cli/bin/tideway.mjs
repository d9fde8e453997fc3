#!/usr/bin/env node
import { ensureInstall } from '../../../scripts/ensure-install.mjs';

ensureInstall();
// Only now are the packages there that bundling needs.
const { bundle } = await import('../../../scripts/bundle.mjs');
// In this process and not in a child: signals then need nobody to pass them on.
await import(await bundle('tideway'));
