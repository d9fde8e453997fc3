import { agentManifestSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../platform/deps.ts';
import { defineRoute, everybody, type Route } from '../platform/http/route.ts';
import { readAgentManifest, sendAgentFile } from './agent-program.ts';

const tag = 'Agent program';

/** The program of the agent, for machines that are to become devices and for devices that are to get a newer one. */
export function agentProgramRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/agent/manifest.json',
      tag,
      summary: 'Which version of the agent this server gives out, and its files with their SHA-256',
      access: everybody,
      answer: agentManifestSchema,
      handle: () => readAgentManifest(deps),
    }),
    defineRoute({
      method: 'GET',
      path: '/agent/files/:name',
      tag,
      summary: 'Download a file of the agent, or a part of it',
      access: everybody,
      params: z.object({ name: z.string() }),
      streams: 'application/octet-stream',
      isDownload: true,
      handle: (call) => sendAgentFile(deps, call),
    }),
  ];
}
