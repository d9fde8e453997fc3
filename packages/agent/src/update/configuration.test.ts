import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Configuration } from './configuration.ts';

let folder: string;
let keep: string;
let configuration: Configuration;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tideway-configuration-'));
  keep = path.join(folder, 'keep');
  mkdirSync(keep);
  configuration = new Configuration(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the configuration of a device', () => {
  it('is put back byte for byte, also where it was replaced twice because of a power cut', () => {
    const previous = '{ "zone":  "north" }';
    writeFileSync(configuration.file, previous);
    configuration.replace({ zone: 'south' }, keep);
    configuration.replace({ zone: 'south' }, keep);
    expect(configuration.read()).toEqual({ zone: 'south' });
    configuration.putBack(keep);
    configuration.putBack(keep);
    expect(readFileSync(configuration.file, 'utf8')).toBe(previous);
  });

  it('is gone again where there was none before', () => {
    configuration.replace({ zone: 'south' }, keep);
    configuration.putBack(keep);
    expect(existsSync(configuration.file)).toBe(false);
  });

  it('stays where the update did not replace it', () => {
    writeFileSync(configuration.file, '{"zone":"north"}');
    configuration.putBack(keep);
    expect(configuration.read()).toEqual({ zone: 'north' });
  });
});
