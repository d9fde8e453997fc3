import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { startAgent } from './app.ts';
import { readConfig } from './config.ts';
import { createLog } from './log.ts';
import { DamagedState } from './system/json-file.ts';
import { ServiceManager } from './system/service-manager.ts';

it('leaves its state folder to the next try where an agent cannot start', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tideway-agent-start-'));
  const state = path.join(folder, 'state');
  mkdirSync(state);
  writeFileSync(path.join(state, 'identity.json'), '{}');
  const log = createLog(() => undefined, []);
  const config = readConfig({ server: 'http://127.0.0.1:9', state, root: path.join(folder, 'root') });
  const start = () => startAgent(config, log, new ServiceManager(null, log));
  try {
    expect(start).toThrow(DamagedState);
    expect(existsSync(path.join(state, 'agent.pid'))).toBe(false);
    expect(start).toThrow(DamagedState);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
