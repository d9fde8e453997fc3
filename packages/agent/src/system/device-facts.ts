import { readFileSync } from 'node:fs';
import { cpus, hostname, networkInterfaces, release, totalmem } from 'node:os';
import path from 'node:path';
import { inWords } from './disk.ts';

/** What kind of machine this is, in Node's words (`linux`, `arm64`). */
export const deviceKind = { os: process.platform, arch: process.arch };

/** What people look for when they look for a device. A fact that cannot be had is left out. */
export function deviceFacts(root: string): Record<string, string> {
  const facts = {
    hostname: hostname(),
    operating_system: prettyName(firstText(root, ['etc/os-release', 'usr/lib/os-release'])),
    kernel: release(),
    machine: firstText('/', ['proc/device-tree/model', 'sys/class/dmi/id/product_name']),
    cpus: String(cpus().length || ''),
    memory: inWords(totalmem()),
    addresses: addresses().join(', '),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== ''));
}

function prettyName(osRelease: string): string {
  const quoted = /^PRETTY_NAME=(.*)$/m.exec(osRelease)?.[1] ?? '';
  return quoted.replace(/^(["'])(.*)\1$/, '$2');
}

/** Those by which the device can be reached, without the ones that every machine has. */
function addresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  return all.filter(({ internal, address }) => !internal && !address.startsWith('fe80:')).map(({ address }) => address);
}

function firstText(root: string, names: string[]): string {
  for (const name of names) {
    try {
      // Texts of a device tree end with NUL.
      return readFileSync(path.join(root, name), 'utf8').replaceAll('\0', '').trim();
    } catch {}
  }
  return '';
}
