import { spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Row } from '../bench.ts';
import { median } from '../measuring/quantile.ts';
import { resultOf } from '../measuring/result.ts';
import { AgentStage } from '../parts/agent-stage.ts';

const megabytes = 500;

/** What an agent has of the device's memory: with nothing to do, and while it places a large archive. */
export const agentMemoryRow: Row = {
  name: 'agent-memory',
  measure: async () => {
    const stage = await AgentStage.open();
    try {
      await stage.startAgent(stage.url);
      const archive = join(stage.folder, 'large.tar.gz');
      await writeArchive(archive);
      await stage.upload('large.tar.gz', archive);
      const flow = await stage.saveFlow(
        '{ name: Place, uses: tideway/files, with: { artifact: large.tar.gz, path: /opt/large, extract: true } }',
      );
      const bare = await bareNodeBytes();
      const idle = await idleBytes(stage);
      stage.peakBytes();
      await stage.succeeded(await stage.order(flow));
      const peak = stage.peakBytes();
      const limits = { direction: 'at_most' as const, unit: 'MB' };
      return [
        resultOf({ name: 'memory of an idle agent', value: idle / 1e6, baseline: bare / 1e6, limit: 2, ...limits }),
        resultOf({
          name: `memory that an artifact of ${megabytes} MB adds`,
          value: (peak - idle) / 1e6,
          baseline: 20,
          limit: 1,
          ...limits,
          note: `${(peak / 1e6).toFixed(0)} MB at most, while it is downloaded, verified and unpacked`,
        }),
      ];
    } finally {
      await stage.close();
    }
  },
};

/** A tar.gz that is as large as what it holds: everything of it passes through each part of the agent. */
async function writeArchive(file: string): Promise<void> {
  const packing = pack();
  const written = pipeline(packing, createGzip({ level: 0 }), createWriteStream(file));
  const bytes = Buffer.alloc(1e6);
  for (let count = 0; count < megabytes / 10; count += 1) {
    const entry = packing.entry({ name: `part-${count}`, size: 10 * bytes.length });
    for (let part = 0; part < 10; part += 1) {
      randomFillSync(bytes);
      if (!entry.write(Buffer.from(bytes))) await new Promise<void>((resolve) => entry.once('drain', () => resolve()));
    }
    entry.end(null);
  }
  packing.finalize();
  await written;
}

/** The median over some seconds in which nothing happens. */
async function idleBytes(stage: AgentStage): Promise<number> {
  const samples: number[] = [];
  for (let count = 0; count < 10; count += 1) {
    await delay(300);
    samples.push(stage.residentBytes());
  }
  return median(samples);
}

/** What Node.js takes by itself. */
async function bareNodeBytes(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
  await delay(1000);
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  child.kill();
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}
