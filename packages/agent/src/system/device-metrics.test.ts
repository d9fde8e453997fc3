import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { deviceMetrics } from './device-metrics.ts';

describe('the numbers of a device', () => {
  it('are all there', () => {
    const { disk_free_bytes = 0, disk_total_bytes = 0, ...others } = deviceMetrics(tmpdir());
    expect(disk_free_bytes).toBeLessThanOrEqual(disk_total_bytes);
    expect(Object.keys(others)).toEqual(['memory_total_bytes', 'memory_available_bytes', 'load_1m', 'uptime_s']);
  });

  it('are there without those of a root that is away', () => {
    expect(deviceMetrics('/nowhere')).toEqual(expect.not.objectContaining({ disk_free_bytes: expect.anything() }));
    expect(deviceMetrics('/nowhere')).toMatchObject({ memory_total_bytes: expect.any(Number) });
  });
});
