import { readFileSync, statfsSync } from 'node:fs';
import { freemem, loadavg, totalmem, uptime } from 'node:os';

/** How the device is at this moment, as numbers; units stand in the names. What cannot be measured is left out. */
export function deviceMetrics(root: string): Record<string, number> {
  return {
    ...diskMetrics(root),
    memory_total_bytes: totalmem(),
    memory_available_bytes: availableMemory(),
    load_1m: loadavg()[0] ?? 0,
    uptime_s: Math.round(uptime()),
  };
}

/** Whoever runs the device may just be moving its root. */
function diskMetrics(root: string): Record<string, number> {
  try {
    const { bavail, blocks, bsize } = statfsSync(root);
    return { disk_total_bytes: blocks * bsize, disk_free_bytes: bavail * bsize };
  } catch {
    return {};
  }
}

/** What programs can have without swapping: more than what is free, since caches can go. */
function availableMemory(): number {
  try {
    const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    return kib === undefined ? freemem() : Number(kib) * 1024;
  } catch {
    return freemem();
  }
}
