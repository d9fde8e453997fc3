import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Metrics of the process under the names that dashboards for Node.js know. */
export function watchProcess(registers: Registry[]): { read: () => void; stop: () => void } {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const resident = gauge('process_resident_memory_bytes', 'Memory of the process');
  const heap = gauge('nodejs_heap_size_used_bytes', 'Memory of its objects');
  const external = gauge('nodejs_external_memory_bytes', 'Memory of its buffers');
  const started = gauge('process_start_time_seconds', 'When the process started, in seconds since 1970');
  const processor = new Counter({ name: 'process_cpu_seconds_total', help: 'Processor time used', registers });
  const median = gauge('nodejs_eventloop_lag_p50_seconds', 'Delay of the event loop since the last reading, median');
  const high = gauge('nodejs_eventloop_lag_p99_seconds', 'The same, 99th percentile');
  const longest = gauge('nodejs_eventloop_lag_max_seconds', 'The same, longest');

  const resolutionMs = 20;
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  started.set(Math.round(Date.now() / 1000 - process.uptime()));
  let usedS = 0;

  return {
    read: () => {
      const memory = process.memoryUsage();
      resident.set(memory.rss);
      heap.set(memory.heapUsed);
      external.set(memory.external);
      const { user, system } = process.cpuUsage();
      const nowUsedS = (user + system) / 1e6;
      processor.inc(nowUsedS - usedS);
      usedS = nowUsedS;
      // The time between two looks is measured; what is longer than it should be is the delay.
      const delayS = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000) || 0;
      median.set(delayS(delay.percentile(50)));
      high.set(delayS(delay.percentile(99)));
      longest.set(delayS(delay.max));
      delay.reset();
    },
    stop: () => {
      delay.disable();
    },
  };
}
