#!/usr/bin/env -S node --max-semi-space-size=64
import { ensureInstall } from '../../../scripts/ensure-install.mjs';

ensureInstall();
// Only now are the packages there that bundling needs.
const { bundle } = await import('../../../scripts/bundle.mjs');
// In this process and not in a child: signals then need nobody to pass them on.
await import(await bundle('tideway'));
