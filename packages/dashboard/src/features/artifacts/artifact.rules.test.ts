import type { Artifact } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { artifactAddress, crumbsOf, entriesOf, folderOf, uploadFault } from './artifact.rules.ts';

const list = ['app/1.0/a', 'app/1.0/b', 'app/1.1/a', 'app/readme', 'other'].map(artifact);

describe('entries', () => {
  it('are the folders and files right below a prefix', () => {
    expect(entriesOf('', list).map(({ name }) => name)).toEqual(['app/', 'other']);
    expect(entriesOf('app/', list.slice(0, 4)).map(({ id, name }) => [id, name])).toEqual([
      ['app/1.0/', '1.0/'],
      ['app/1.1/', '1.1/'],
      ['app/readme', 'readme'],
    ]);
  });

  it('are named from the last folder of a prefix that ends within a name', () => {
    expect(entriesOf('app/1.', list.slice(0, 3)).map(({ name }) => name)).toEqual(['1.0/', '1.1/']);
  });
});

describe('crumbs', () => {
  it('lead to each folder on the way', () => {
    expect(crumbsOf('app/1.0/')).toEqual([
      { name: 'app', prefix: 'app/' },
      { name: '1.0', prefix: 'app/1.0/' },
    ]);
    expect([crumbsOf(''), folderOf('app/1.'), folderOf('app')]).toEqual([[], 'app/', '']);
  });
});

describe('an upload', () => {
  it.each([
    ['', 'The path must not be empty'],
    ['a//b', 'The path must have no segment that is empty, "." or ".."'],
    ['../b', 'The path must have no segment that is empty, "." or ".."'],
    ['a\\b', 'The path must not contain control characters or backslashes'],
  ])('is not begun at %j', (path, sentence) => {
    expect(uploadFault(path, 1, null)).toBe(sentence);
  });

  it('is not begun where the file is larger than the server takes', () => {
    expect(uploadFault('a', 1001, 1000)).toBe('The file has 1,001 bytes, and an artifact must have at most 1,000');
    expect(uploadFault('a', 1000, 1000)).toBeNull();
  });
});

it('an address quotes what a path holds, but for its slashes', () => {
  expect(artifactAddress('fleet', 'a b/<script>?#')).toBe('/fleet/artifacts/a%20b/%3Cscript%3E%3F%23');
});

function artifact(path: string): Artifact {
  return { id: path, path, sha256: 'a'.repeat(64), size: 1, created_at: '2026-01-01T00:00:00Z' };
}
