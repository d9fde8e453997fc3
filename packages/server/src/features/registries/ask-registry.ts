import { type RegistryCredentials, registryAuthorization } from '@tideway/protocol';

/** Why a registry does not give an artifact, in words that follow its name: `answers with status 404`. */
export class NotGiven extends Error {}

type Question = { address: string; method: 'HEAD' | 'GET'; signal: AbortSignal };

/** Asks a registry over HTTP and follows its redirects; no other host gets to know who asks. Throws NotGiven. */
export async function askRegistry(registry: RegistryCredentials, question: Question): Promise<Response> {
  let { address } = question;
  let authorization = registryAuthorization(registry);
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const answer = await answerOf({ ...question, address }, authorization);
    if (!redirectStatuses.includes(answer.status)) return answer;
    await answer.body?.cancel();
    const target = redirectTarget(address, answer.headers.get('location'));
    if ('fault' in target) throw new NotGiven(`cannot be used: ${target.fault}`);
    address = target.address;
    if (!target.isSameHost) authorization = undefined;
  }
  throw new NotGiven(`redirects more than ${maxRedirects} times`);
}

const maxRedirects = 5;
const redirectStatuses = [301, 302, 303, 307, 308];
const answerWithinS = 20;

/** Waits for the beginning of an answer; the rest of it may take its time. */
async function answerOf({ address, method, signal }: Question, authorization: string | undefined): Promise<Response> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const overtime = new NotGiven(`does not answer within ${answerWithinS} s`);
  const timer = setTimeout(() => limit.abort(overtime), answerWithinS * 1000);
  signal.addEventListener('abort', () => limit.abort(signal.reason), { once: true });
  try {
    return await fetch(address, {
      method,
      // Encoded on the way, the bytes would be others than those that are kept.
      headers: { 'accept-encoding': 'identity', ...(authorization && { authorization }) },
      redirect: 'manual',
      signal: limit.signal,
    });
  } catch (error) {
    if (error instanceof NotGiven) throw error;
    throw new NotGiven(`cannot be reached: ${reasonOf(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Where a redirect leads, and whether that is the host that the credentials are for: no other may know who fetches. Or
 * why it is not followed.
 */
function redirectTarget(
  from: string,
  location: string | null,
): { address: string; isSameHost: boolean } | { fault: string } {
  if (location === null || !URL.canParse(location, from)) return { fault: 'it redirects to no address' };
  const [before, to] = [new URL(from), new URL(location, from)];
  if (!/^https?:$/.test(to.protocol)) return { fault: 'it redirects to an address that is neither http nor https' };
  if (to.username !== '' || to.password !== '') return { fault: 'it redirects to an address with a user in it' };
  if (before.protocol === 'https:' && to.protocol === 'http:') return { fault: 'it redirects from https to http' };
  return { address: to.href, isSameHost: before.origin === to.origin };
}

/** The reason under a failed request: fetch itself only says that it failed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
