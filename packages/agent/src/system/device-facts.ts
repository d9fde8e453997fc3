import { hostname, release } from 'node:os';

/** What kind of machine this is, in Node's words (`linux`, `arm64`). */
export function deviceFacts() {
  return { os: process.platform, arch: process.arch, attributes: { hostname: hostname(), kernel: release() } };
}
