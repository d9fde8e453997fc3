import type { DryRun } from '@tideway/protocol';
import { tableOf } from '../output/print.ts';
import { sizeText } from '../output/readable.rules.ts';
import { visibleText } from '../output/visible-text.rules.ts';
import { countOf } from './progress.rules.ts';

/** What an order would do, for people. */
export function dryRunText(dry: DryRun): string {
  const { devices, by_state, by_group, sample, lacking, parameters, bytes_to_download } = dry;
  const more = devices > sample.length ? ', …' : '';
  return [
    `Nothing was deployed. The order would go to ${countOf(devices)}: ${by_state.online} online, ${by_state.offline} offline`,
    ...(sample.length > 0 ? [`Devices: ${namesOf(sample)}${more}`] : []),
    ...(by_group.length > 0 ? [tableOf(groupColumns, by_group)] : []),
    ...Object.entries(parameters).map(([name, value]) => `Parameter ${visibleText(name)}: ${visibleText(value)}`),
    `To download, by all of them together: ${sizeText(bytes_to_download)}`,
    ...lacking.map(
      ({ lacks, devices: count, sample: some }) =>
        `WARNING: ${countOf(count)} would fail for lack of ${visibleText(lacks)}: ${namesOf(some)}`,
    ),
  ].join('\n');
}

const groupColumns = [
  { title: 'GROUP', cell: ({ name }: { name: string }) => name },
  { title: 'DEVICES', cell: ({ devices }: { devices: number }) => devices },
];

function namesOf(devices: DryRun['sample']): string {
  return devices.map(({ name }) => visibleText(name)).join(', ');
}
