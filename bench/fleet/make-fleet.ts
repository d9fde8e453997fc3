import { createTokenOnThisMachine, type Db, openDatabase, setUpAccount } from '@tideway/server';
import pg from 'pg';
import type { BenchDatabases, Connection } from './databases.ts';
import {
  type FleetProject,
  insertDevices,
  insertLabels,
  insertPastDeployment,
  insertProject,
  refreshStatistics,
} from './rows-of-fleet.ts';

/** A database full of devices and of what they did in the past. */
export type Fleet = {
  connection: Connection;
  db: Db;
  /** Access token of the owner. */
  token: string;
  projects: FleetProject[];
};

/** A project to be made, each of whose devices has had so many updates. */
export type WantedProject = { key: string; devices: number; pastUpdates: number };

/** Makes a database with these projects. */
export async function makeFleet(databases: BenchDatabases, name: string, wanted: WantedProject[]): Promise<Fleet> {
  const connection = await databases.create(name);
  const db = openDatabase(new pg.Pool({ ...connection, max: 4 }));
  const accountId = await setUpAccount(db, { accountName: 'bench', email: 'bench@example.org', passwordHash: null });
  const { token } = await createTokenOnThisMachine(db, { role: 'owner', name: 'bench', accountId });
  const projects: FleetProject[] = [];
  for (const { key, devices, pastUpdates } of wanted) {
    const project = { ...(await insertProject(db, accountId, key)), key, devices };
    await insertDevices(db, project);
    await insertLabels(db, project);
    for (let number = 1; number <= pastUpdates; number += 1) await insertPastDeployment(db, project, number);
    projects.push(project);
  }
  await refreshStatistics(db);
  return { connection, db, token, projects };
}

/** The project with the most devices. */
export function largestProject({ projects }: Fleet): FleetProject {
  return projects.reduce((largest, project) => (project.devices > largest.devices ? project : largest));
}
