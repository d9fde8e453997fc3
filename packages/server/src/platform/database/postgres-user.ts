import { spawnSync } from 'node:child_process';
import { chownSync, existsSync } from 'node:fs';
import { clusterFolder, giveTo, isRoot, type Owner, ownerOf } from './data-home.ts';

/** As whom the programs of PostgreSQL run: words before the command, or the ids to start it with. */
export type PostgresUser = { prefix: string[]; uid?: number; gid?: number };

/**
 * PostgreSQL refuses to run as root. As root it runs as the owner of the data; where that is root, too, inside a user
 * namespace, in which root is nobody and the files still belong to it.
 */
export function choosePostgresUser(home: string): PostgresUser {
  if (!isRoot()) return { prefix: [] };
  const owner = ownerOf(home);
  if (owner.uid !== 0) return { prefix: [], ...owner };
  if (canUnshare()) return { prefix: unshare };
  // Many containers allow no namespaces. Root may still do all in a home that is nobody's.
  giveHomeTo(nobody, home);
  return { prefix: [], ...nobody };
}

const nobody: Owner = { uid: 65534, gid: 65534 };
const unshare = ['unshare', '--user', `--map-user=${nobody.uid}`, `--map-group=${nobody.gid}`];

function canUnshare(): boolean {
  const [command = '', ...words] = [...unshare, 'true'];
  return spawnSync(command, words).status === 0;
}

/** Not what else is in the home: artifacts and keys are the server's alone. */
function giveHomeTo(owner: Owner, home: string): void {
  chownSync(home, owner.uid, owner.gid);
  if (existsSync(clusterFolder(home))) giveTo(owner, clusterFolder(home));
}
