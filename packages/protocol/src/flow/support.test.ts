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
  it('names the installer of images that is missing, where the agent says which it has', () => {
    const image = {
      artifact: 'os.raucb',
      registry: null,
      sha256: null,
      installer: 'rauc' as const,
      confirm_within_s: 1,
    };
    const flow = { ...needs(), steps: [{ uses: 'image' as const, with: image }] };
    const lackWith = (capabilities: string[]) => lackOf(flow, { ...able, capabilities });
    expect(lackWith(['image', 'image/rauc'])).toBeNull();
    expect(lackWith(['image'])).toBeNull();
    expect(lackWith(['image', 'image/swupdate'])).toBe('This agent does not support steps of type image with rauc.');
    expect(lackWith([])).toBe('This agent does not support steps of type image.');
  });
});

function needs(uses: 'run' | 'files' = 'run') {
  return { steps: [{ uses }], reboot_after_update: false, requires: { arch: [], os: [] } };
}
