import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type DeviceSearch, deviceAttentions } from '@tideway/protocol';
import { numberText } from '../../platform/ui/number-text.ts';
import { overviewQuery } from '../projects/overview.queries.ts';

type Attention = (typeof deviceAttentions)[number];

const words: Record<Attention, string> = {
  needs_approval: 'Needs approval',
  held: 'Held',
  not_joined: 'Not joined',
  blocked: 'Update trigger on',
};

type AttentionChoicesProps = {
  project: string;
  value: DeviceSearch['attention'];
  onChange: (value: DeviceSearch['attention']) => void;
};

/** What asks for somebody's attention, with how many devices that are; what there is none of is not offered. */
export function AttentionChoices({ project, value, onChange }: AttentionChoicesProps) {
  const counts = useQuery(overviewQuery(project)).data?.devices;
  const offered = deviceAttentions.filter((attention) => attention === value || (counts?.[attention] ?? 0) > 0);
  if (offered.length === 0) return null;
  return (
    <Group gap="xs" role="group" aria-label="Asks for attention">
      {offered.map((attention) => (
        <Button
          key={attention}
          size="compact-sm"
          variant={attention === value ? 'filled' : 'default'}
          aria-pressed={attention === value}
          onClick={() => onChange(attention === value ? undefined : attention)}
        >
          {words[attention]}
          {counts && <span className="numbers">&nbsp;{numberText(counts[attention])}</span>}
        </Button>
      ))}
    </Group>
  );
}
