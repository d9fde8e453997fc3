import { readFile } from 'node:fs/promises';
import type { AgentManifest } from '@tideway/protocol';
import type { Deps } from '../../platform/deps.ts';
import { findAgentManifest } from '../agent-program.ts';

/**
 * The script that makes a machine a device of this server. It knows the server by its setting alone, never by the
 * request: who can forge a request's `Host` would send devices elsewhere. Where it cannot be made, it is a script that
 * says so, which people see also where the answer goes straight into a shell.
 */
export async function writeInstallScript({ settings }: { settings: ScriptSettings }): Promise<string> {
  const { publicUrl } = settings;
  if (publicUrl === null) {
    return refusingScript('This server does not know its own address: set TIDEWAY_PUBLIC_URL, and start it anew.');
  }
  const manifest = await findAgentManifest({ settings });
  if (manifest === null) return refusingScript('This server has no program of the agent to give out.');
  const values: Record<string, string> = {
    SERVER: publicUrl,
    VERSION: manifest.version,
    FILES: manifest.files.map(lineOf).join('\n'),
  };
  const template = await readFile(new URL('install.sh', import.meta.url), 'utf8');
  return template.replace(/@(SERVER|VERSION|FILES)@/g, (_whole, name: string) => inShell(values[name] ?? ''));
}

type ScriptSettings = Pick<Deps['settings'], 'publicUrl' | 'agentFiles' | 'agentUpdateSpreadS'>;

function lineOf({ kind, os, arch, name, size, sha256 }: AgentManifest['files'][number]): string {
  return [kind, os ?? '-', arch ?? '-', name, size, sha256].join(' ');
}

function refusingScript(sentence: string): string {
  return `#!/bin/sh\necho ${inShell(`install.sh: ${sentence}`)} >&2\nexit 1\n`;
}

/** The text as one word of a shell, whatever it holds. */
function inShell(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
