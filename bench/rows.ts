import type { Row } from './bench.ts';
import { abortRow } from './rows/abort.ts';
import { agentMemoryRow } from './rows/agent-memory.ts';
import { callsRow } from './rows/calls.ts';
import { channelRow } from './rows/channel.ts';
import { dashboardRow } from './rows/dashboard.ts';
import { firstStepRow } from './rows/first-step.ts';
import { followersRow } from './rows/followers.ts';
import { idleTrafficRow } from './rows/idle-traffic.ts';
import { orderRow } from './rows/order.ts';
import { outputRow } from './rows/output.ts';
import { overviewRow } from './rows/overview.ts';
import { placingRow } from './rows/placing.ts';
import { pollsRow } from './rows/polls.ts';
import { reconnectRow } from './rows/reconnect.ts';
import { reportsRow } from './rows/reports.ts';
import { takeUpRow } from './rows/take-up.ts';

/** Everything that is measured, in the order of the table. What only reads comes before what writes. */
export const rows: Row[] = [
  callsRow,
  overviewRow,
  takeUpRow,
  orderRow,
  abortRow,
  pollsRow,
  reportsRow,
  outputRow,
  followersRow,
  channelRow,
  reconnectRow,
  firstStepRow,
  placingRow,
  agentMemoryRow,
  idleTrafficRow,
  // At its end the store is slowed down for good.
  dashboardRow,
];
