import type { Readable } from 'node:stream';
import { artifactSchema } from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { defineRoute, pageOf, pageQuery, type Route } from '../../platform/http/route.ts';
import { inProject, projectParams } from '../projects/in-project.access.ts';
import { listArtifacts } from './artifact.views.ts';
import { deleteArtifact } from './delete-artifact.ts';
import { openArtifact } from './open-artifact.ts';
import { uploadArtifact } from './upload-artifact.ts';

const tag = 'Artifacts';
const params = z.object({ ...projectParams, '*': z.string() });

/** Files that flows put on devices, each under a path that is never overwritten. */
export function artifactRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v2/:project_key/artifacts',
      tag,
      summary: 'List the artifacts in the order of their paths',
      access: inProject(deps, 'viewer'),
      params: z.object(projectParams),
      query: pageQuery.extend({ prefix: z.string().max(1024).optional() }),
      answer: pageOf(artifactSchema),
      handle: ({ caller, query }) => listArtifacts(deps.db, caller.project.id, query),
    }),
    defineRoute({
      method: 'PUT',
      path: '/api/v2/:project_key/artifacts/*',
      tag,
      summary: 'Upload an artifact as raw bytes; a path is never overwritten',
      access: inProject(deps, 'admin'),
      bodyForm: 'stream',
      params,
      body: z.custom<Readable>(),
      status: 201,
      answer: artifactSchema,
      handle: ({ caller, params, body }) => uploadArtifact(deps, caller, params['*'], body),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v2/:project_key/artifacts/*',
      tag,
      summary: 'Download an artifact',
      access: inProject(deps, 'viewer'),
      params,
      streams: 'application/octet-stream',
      isDownload: true,
      handle: async ({ caller, params, setHeader }) => {
        const { bytes, sha256, size, fileName } = await openArtifact(deps, caller, params['*']);
        setHeader('content-length', String(size));
        setHeader('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`);
        setHeader('x-content-type-options', 'nosniff');
        setHeader('etag', `"${sha256}"`);
        return bytes;
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v2/:project_key/artifacts/*',
      tag,
      summary: 'Delete an artifact that no open update needs',
      access: inProject(deps, 'admin'),
      params,
      status: 204,
      handle: ({ caller, params }) => deleteArtifact(deps, caller, params['*']),
    }),
  ];
}
