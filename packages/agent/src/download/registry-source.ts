import {
  type PlanArtifact,
  type RegistryCredentials,
  registryArtifactAddress,
  registryAuthorization,
} from '@tideway/protocol';
import { retryAfterS } from '../channel/retry-after.rules.ts';
import { type Range, ServerRefusal, ServerUnreachable } from '../channel/server-door.ts';
import { StepFailure } from '../steps/step.ts';
import type { HttpAnswer, HttpClient } from '../system/http-client.ts';
import { reasonOf } from '../system/probes.ts';

/**
 * Opens an artifact of a registry, or the part of it that is still missing. Throws ServerRefusal or ServerUnreachable
 * where trying again may help, and StepFailure where it does not.
 */
export async function openFromRegistry(
  http: HttpClient,
  registry: RegistryCredentials,
  {
    name,
    artifact,
    range,
    signal,
  }: { name: string; artifact: PlanArtifact; range: Range | undefined; signal: AbortSignal },
): Promise<HttpAnswer> {
  const address = registryArtifactAddress(registry, artifact.path);
  const authorization = registryAuthorization(registry);
  const headers = {
    // Encoded on the way, the bytes would be others than those that were ordered.
    'accept-encoding': 'identity',
    ...(authorization && { authorization }),
    ...(range && { range: `bytes=${range.from}-`, 'if-range': range.etag }),
  };
  const answer = await http.request(address, { headers, redirects: 5, signal }).catch((error: unknown) => {
    throw new ServerUnreachable(`The registry ${name} cannot be reached: ${reasonOf(error)}.`);
  });
  if (answer.status === 200 || answer.status === 206) return answer;
  await answer.body.cancel();
  throw refusalOf(name, artifact, answer);
}

function refusalOf(name: string, { path }: PlanArtifact, { status, headers }: HttpAnswer): Error {
  const says = `The registry ${name} answers with status ${status}`;
  if (status === 401 || status === 403) {
    const message = `${says}: it does not let this device have ${path}. Its username or password may be wrong.`;
    return new StepFailure('registry_refused', message);
  }
  if (status >= 500 || [408, 416, 429].includes(status)) {
    const askedS = retryAfterS(headers.get('retry-after'), headers.get('date'), Date.now());
    return new ServerRefusal(status, 'unknown', `${says}.`, askedS);
  }
  return new StepFailure('artifact_unavailable', `${says} and does not give the artifact ${path}.`);
}
