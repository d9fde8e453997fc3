import { imageNameFault, imageTagFault } from '@tideway/protocol';

/** The whole name of an image, or what is wrong with its parts. A name with a digest needs no tag. */
export function imageReference(
  image: string,
  tag: string | null,
  registryUrl: string | null,
): { reference: string } | { fault: string } {
  const imageFault = imageNameFault(image);
  if (imageFault !== null) return { fault: `image ${imageFault}` };
  const tagFault = tag === null ? null : imageTagFault(tag);
  if (tagFault !== null) return { fault: `tag ${tagFault}` };
  const place = registryUrl === null ? '' : `${registryPlace(registryUrl).prefix}/`;
  const name = image.startsWith(place) ? image : place + image;
  if (name.includes('@')) return tag === null ? { reference: name } : { fault: 'tag has no meaning beside a digest' };
  return { reference: `${name}:${tag ?? 'latest'}` };
}

/**
 * What stands before the names of a registry's images, and under which name `docker` asks for its credentials.
 * @param url its address, or its host alone
 */
export function registryPlace(url: string): { prefix: string; server: string } {
  const [, host = '', path = ''] = /^(?:https?:\/\/)?([^/?#]+)([^?#]*)/.exec(url) ?? [];
  if (hubHosts.has(host)) return { prefix: 'docker.io', server: 'https://index.docker.io/v1/' };
  // The address of the registry's own protocol is no part of a name.
  const folder = path.replace(/\/+$/, '').replace(/^\/v[12]$/, '');
  return { prefix: host + folder, server: host };
}

const hubHosts = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io', 'hub.docker.com']);
