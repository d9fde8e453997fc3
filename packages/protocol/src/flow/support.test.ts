import { describe, expect, it } from 'vitest';
import { lackOf } from './support.ts';

describe('what a device lacks for a flow', () => {
  const able = { capabilities: ['run'], arch: 'arm64', os: 'linux' };

  it('is nothing where it can do all steps and is what the flow requires', () => {
    const requires = { arch: ['aarch64', 'amd64'], os: ['linux'] };
    expect(lackOf({ ...needs(), requires }, able)).toBeNull();
  });

  it('names the step types and the reboot that the agent cannot do', () => {
    expect(lackOf({ ...needs('files'), reboot_after_update: true }, able)).toBe(
      'This agent does not support steps of type files, reboot-after-update.',
    );
  });

  it('names the architecture and the operating system that are required', () => {
    const requires = { arch: ['amd64'], os: ['darwin'] };
    expect(lackOf({ ...needs(), requires }, able)).toBe(
      'The flow requires the architecture amd64, and this is arm64. The flow requires darwin, and this is linux.',
    );
  });
});

function needs(uses: 'run' | 'files' = 'run') {
  return { steps: [{ uses }], reboot_after_update: false, requires: { arch: [], os: [] } };
}
