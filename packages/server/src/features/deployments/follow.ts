import type { Deps } from '../../platform/deps.ts';
import { EventStream, endWhenRefused } from '../../platform/http/event-stream.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { ProjectCaller } from '../projects/in-project.access.ts';
import { readStandings } from './event.views.ts';
import { countsText, type Followed, type Followers, resyncText } from './followers.ts';
import { findDeploymentId } from './update.views.ts';

type FollowDeps = Pick<Deps, 'db' | 'settings'>;

/** Somebody who wants to follow; `lastEventId` is what one who comes back has seen last. */
export type Follower = {
  caller: ProjectCaller;
  lastEventId: string | null;
  /** Asks once more whether the caller may. */
  admitAgain: () => Promise<unknown>;
};

/** Follows one deployment: its counts at first, and then whatever happens. Refuses with `not_found`. */
export async function followDeployment(
  deps: FollowDeps,
  followers: Followers,
  follower: Follower,
  publicId: string,
): Promise<EventStream> {
  const deploymentId = await findDeploymentId(deps.db, follower.caller.project.id, publicId);
  if (deploymentId === null) throw new Refusal('not_found', `There is no deployment ${publicId}`);
  const stream = await open(deps, followers, follower, { deploymentId });
  const [standing] = await readStandings(deps.db, [deploymentId]);
  if (standing !== undefined) {
    stream.send(countsText(standing.event));
    followers.catchUp(standing);
  }
  if (follower.lastEventId !== null) stream.send(resyncText(publicId));
  return stream;
}

/** Follows all deployments of a project. */
export async function followProject(deps: FollowDeps, followers: Followers, follower: Follower): Promise<EventStream> {
  const stream = await open(deps, followers, follower, { projectId: follower.caller.project.id });
  if (follower.lastEventId === null) stream.keepAlive();
  else stream.send(resyncText(null));
  return stream;
}

async function open(
  { settings }: FollowDeps,
  followers: Followers,
  { admitAgain }: Follower,
  followed: Followed,
): Promise<EventStream> {
  const { streamsAtOnce, streamCheckS } = settings.limits;
  if (followers.count >= streamsAtOnce) {
    throw new Refusal('unavailable', 'Too many event streams are followed at the moment', { retryAfterS: 30 });
  }
  const stream = new EventStream(resyncText(null));
  endWhenRefused(stream, admitAgain, streamCheckS * 1000);
  await followers.add(followed, stream);
  return stream;
}
