export { createApp } from './app.ts';
export { createDeps } from './deps.ts';
export { type Db, execute, firstRow, oneRow, openDatabase, rows } from './platform/database/database.ts';
export { SwitchablePool } from './platform/database/switchable-pool.ts';
export type { Deps } from './platform/deps.ts';
export type { Route } from './platform/http/route.ts';
export { createLog } from './platform/log.ts';
