/** What is wrong with a name of Docker's world, as the end of a sentence; null where nothing is. */
export type NameFault = string | null;

/** The name of an image, perhaps with the host of its registry before it and a digest behind, without a tag. */
export function imageNameFault(name: string): NameFault {
  const expected = 'must be an image name: lower-case parts such as app or team/app, perhaps behind host:port/';
  return image.test(name) && name.length <= 400 ? null : expected;
}

export function imageTagFault(tag: string): NameFault {
  return /^\w[\w.-]{0,127}$/.test(tag) ? null : 'must be a tag: at most 128 letters, digits, _, . and -';
}

export function containerNameFault(name: string): NameFault {
  return /^[A-Za-z0-9][\w.-]{0,99}$/.test(name)
    ? null
    : 'must be a name of a container: at most 100 letters, digits, _, . and -, a letter or digit first';
}

export function projectNameFault(name: string): NameFault {
  return /^[a-z0-9][a-z0-9_-]{0,99}$/.test(name)
    ? null
    : 'must be a name of a project: at most 100 lower-case letters, digits, _ and -, a letter or digit first';
}

const label = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const host = `(?:${label}(?:\\.${label})*|\\[[0-9a-f:]+\\])(?::\\d{1,5})?`;
const part = '[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*';
const image = new RegExp(`^(?:${host}/)?${part}(?:/${part})*(?:@sha256:[0-9a-f]{64})?$`);
