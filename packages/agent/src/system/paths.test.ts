import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isInside, nameBelowRoot, resolveBelowRoot } from './paths.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'tideway-paths-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const resolved = (name: string) => nameBelowRoot(root, resolveBelowRoot(root, name));

describe('a path below the root', () => {
  it('is taken as it is written where nothing is there', () => {
    expect(resolved('/opt//app/./file')).toBe('/opt/app/file');
    expect(resolved('opt/app')).toBe('/opt/app');
    expect(resolved('/')).toBe('/');
  });

  it('follows absolute links from the root on, as a process in it does', () => {
    mkdirSync(path.join(root, 'run/lock'), { recursive: true });
    mkdirSync(path.join(root, 'var'));
    symlinkSync('/run', path.join(root, 'var/run'));
    symlinkSync('lock', path.join(root, 'run/latest'));
    expect(resolved('/var/run/latest/file')).toBe('/run/lock/file');
  });

  it('never climbs above the root', () => {
    mkdirSync(path.join(root, 'a'));
    symlinkSync('../../../../etc', path.join(root, 'a/out'));
    symlinkSync('/../../etc', path.join(root, 'a/absolute'));
    expect(resolved('/a/out/passwd')).toBe('/etc/passwd');
    expect(resolved('/a/absolute/passwd')).toBe('/etc/passwd');
    expect(resolved('/../../etc/passwd')).toBe('/etc/passwd');
  });

  it('takes ".." behind a link from where the link leads', () => {
    mkdirSync(path.join(root, 'deep/er'), { recursive: true });
    symlinkSync('/deep/er', path.join(root, 'short'));
    expect(resolved('/short/../file')).toBe('/deep/file');
  });

  it('is refused where links lead in a circle', () => {
    symlinkSync('b', path.join(root, 'a'));
    symlinkSync('a', path.join(root, 'b'));
    expect(() => resolveBelowRoot(root, '/a/file')).toThrow('in a circle');
  });

  it('tells a folder from one whose name only begins the same', () => {
    expect(isInside('/opt/app', '/opt/app/x')).toBe(true);
    expect(isInside('/opt/app', '/opt/app')).toBe(true);
    expect(isInside('/opt/app', '/opt/apple')).toBe(false);
    expect(isInside('/', '/opt')).toBe(true);
  });
});
