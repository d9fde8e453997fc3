import { describe, expect, it } from 'vitest';
import {
  readArtifactsAddress,
  readAuditAddress,
  readDeploymentAddress,
  readDeploymentsAddress,
  readDeviceAddress,
  readFlowAddress,
} from './address.ts';

describe('what stands behind the ? of an address', () => {
  it('is read as text, also where it looks like something else', () => {
    expect(readAuditAddress({ search: 17, actor: true })).toMatchObject({ search: '17', actor: 'true' });
    expect(readArtifactsAddress({ prefix: 1.5 })).toEqual({ prefix: '1.5', artifact: undefined });
    expect(readDeviceAddress({ filter: { groups: [] } }).filter).toBe('{"groups":[]}');
  });

  it('narrows nothing where it cannot be read', () => {
    expect(readFlowAddress({ version: 'newest', compare: 2 })).toEqual({ version: undefined, compare: 2 });
    expect(readDeviceAddress({ attention: 'none' }).attention).toBeUndefined();
    expect(readDeploymentsAddress({ state: 'gone' }).state).toBeUndefined();
    expect(readDeploymentAddress({ status: 1 }).status).toBeUndefined();
  });
});
