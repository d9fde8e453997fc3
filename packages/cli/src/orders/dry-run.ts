import { z } from 'zod';
import { tableOf } from '../output/print.ts';
import { sizeText } from '../output/readable.rules.ts';
import { visibleText } from '../output/visible-text.rules.ts';

const someDevices = z.array(z.object({ id: z.string(), name: z.string() }));

/** What an order would do, were it placed. */
export const dryRunSchema = z.object({
  dry_run: z.literal(true),
  devices: z.number().int(),
  by_state: z.object({ online: z.number().int(), offline: z.number().int() }),
  by_group: z.array(z.object({ name: z.string(), devices: z.number().int() })),
  sample: someDevices,
  lacking: z.array(z.object({ capability: z.string(), devices: z.number().int(), sample: someDevices })),
  parameters: z.record(z.string(), z.string()),
  bytes_to_download: z.number(),
});

export function dryRunText(dry: z.output<typeof dryRunSchema>): string {
  const { devices, by_state, by_group, sample, lacking, parameters, bytes_to_download } = dry;
  const more = devices > sample.length ? ', …' : '';
  return [
    `Nothing was deployed. The order would go to ${devices} devices: ${by_state.online} online, ${by_state.offline} offline`,
    ...(sample.length > 0 ? [`Devices: ${namesOf(sample)}${more}`] : []),
    ...(by_group.length > 0 ? [tableOf(groupColumns, by_group)] : []),
    ...Object.entries(parameters).map(([name, value]) => `Parameter ${visibleText(name)}: ${visibleText(value)}`),
    `To download on each device: ${sizeText(bytes_to_download)}`,
    ...lacking.map(
      (one) => `WARNING: ${one.devices} devices cannot do "${visibleText(one.capability)}": ${namesOf(one.sample)}`,
    ),
  ].join('\n');
}

const groupColumns = [
  { title: 'GROUP', cell: ({ name }: { name: string }) => name },
  { title: 'DEVICES', cell: ({ devices }: { devices: number }) => devices },
];

function namesOf(devices: z.output<typeof someDevices>): string {
  return devices.map(({ name }) => visibleText(name)).join(', ');
}
