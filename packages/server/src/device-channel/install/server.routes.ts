import { type ServerView, serverSchema } from '@tideway/protocol';
import { signedIn } from '../../features/accounts/signed-in.access.ts';
import type { Deps } from '../../platform/deps.ts';
import { defineRoute, type Route } from '../../platform/http/route.ts';
import { version } from '../../version.ts';
import { findAgentManifest } from '../agent-program.ts';

/** What people have to know of their server before they add a device or upload a file. */
export function serverRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v2/server',
      tag: 'API',
      summary: 'Which version this server is, by which address devices reach it, and how large an artifact may be',
      access: signedIn(deps, 'viewer'),
      answer: serverSchema,
      handle: () => describeServer(deps),
    }),
  ];
}

async function describeServer({ settings }: Pick<Deps, 'settings'>): Promise<ServerView> {
  const agent = await findAgentManifest({ settings });
  return {
    version,
    public_url: settings.publicUrl,
    agent_version: agent?.version ?? null,
    max_artifact_bytes: settings.maxArtifactBytes,
  };
}
