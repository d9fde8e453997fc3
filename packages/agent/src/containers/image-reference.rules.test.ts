import { describe, expect, it } from 'vitest';
import { imageReference, registryPlace } from './image-reference.rules.ts';

describe('the name of an image', () => {
  it.each([
    ['app', '1.2', null, 'app:1.2'],
    ['team/app', null, null, 'team/app:latest'],
    ['vision/app', '1', 'https://edge.example.org', 'edge.example.org/vision/app:1'],
    ['app', '1', 'http://10.0.0.5:5000/', '10.0.0.5:5000/app:1'],
    ['app', '1', 'edge.example.org:5000', 'edge.example.org:5000/app:1'],
    ['edge.example.org/app', '1', 'https://edge.example.org/v2/', 'edge.example.org/app:1'],
    ['app', '1', 'https://art.example.org/docker-local', 'art.example.org/docker-local/app:1'],
    ['library/app', '1', 'https://index.docker.io/v1/', 'docker.io/library/app:1'],
    [`app@sha256:${'0'.repeat(64)}`, null, null, `app@sha256:${'0'.repeat(64)}`],
  ])('of %s, tag %s, in %s is %s', (image, tag, url, reference) => {
    expect(imageReference(image, tag, url)).toEqual({ reference });
  });

  it.each([
    ['-app', null, 'must be an image name'],
    ['../app', null, 'must be an image name'],
    ['app:1', null, 'must be an image name'],
    ['app', '-x', 'must be a tag'],
    ['app', 'a b', 'must be a tag'],
    [`app@sha256:${'0'.repeat(64)}`, '1', 'no meaning beside a digest'],
  ])('is refused: %s, tag %s', (image, tag, fault) => {
    expect(imageReference(image, tag, null)).toEqual({ fault: expect.stringContaining(fault) });
  });

  it('asks for the credentials of Docker Hub under the name that docker gives it', () => {
    expect(registryPlace('https://docker.io').server).toBe('https://index.docker.io/v1/');
    expect(registryPlace('https://edge.example.org:5000/x').server).toBe('edge.example.org:5000');
  });
});
