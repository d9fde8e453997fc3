import type { BenchDatabases } from './fleet/databases.ts';
import type { Fleet } from './fleet/make-fleet.ts';
import type { Result } from './measuring/result.ts';

/** How much there is of everything. */
export type Sizes = {
  /** Devices of the two projects of the large fleet. */
  fewDevices: number;
  manyDevices: number;
  /** Past updates of each device of the larger project: ten million of them in all. */
  pastUpdates: number;
  /** Devices of the fleet that a browser looks at. */
  browsedDevices: number;
  connectedDevices: number;
  /** Devices that come back to a server that was killed. */
  returningDevices: number;
  /** Seconds for which the server is loaded at a time. */
  loadS: number;
  /** Devices that each take up an update at a time. */
  takeUps: number;
};

/** What a row measures with. */
export type Bench = {
  sizes: Sizes;
  databases: BenchDatabases;
  /** A million devices and ten million past updates; made when a row first asks. */
  largeFleet: () => Promise<Fleet>;
  /** A thousand devices and ten thousand past updates. */
  smallFleet: () => Promise<Fleet>;
  /** A fleet that a person looks at in a browser. */
  browsedFleet: () => Promise<Fleet>;
  /** As many devices as hold a channel open. */
  connectedFleet: () => Promise<Fleet>;
};

/** Some lines of the table, measured together. */
export type Row = { name: string; measure: (bench: Bench) => Promise<Result[]> };

const whole: Sizes = {
  fewDevices: 200_000,
  manyDevices: 1_000_000,
  pastUpdates: 10,
  browsedDevices: 100_000,
  connectedDevices: 5_000,
  returningDevices: 15_000,
  loadS: 6,
  takeUps: 200,
};

/** The sizes that the table names, or a tenth of them. */
export function sizesOf({ isQuick }: { isQuick: boolean }): Sizes {
  if (!isQuick) return whole;
  return {
    ...whole,
    fewDevices: 20_000,
    manyDevices: 100_000,
    browsedDevices: 20_000,
    connectedDevices: 500,
    returningDevices: 1_500,
    loadS: 2,
  };
}
