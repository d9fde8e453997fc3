import { Badge, Group, Text } from '@mantine/core';
import type { Device } from '@tideway/protocol';
import type { ReactNode } from 'react';
import { CopyLine } from '../../platform/ui/copy-line.tsx';
import { TextLink } from '../../platform/ui/links.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { FactList } from './fact-list.tsx';
import { filterToAddress } from './filter-text.rules.ts';

/** What people have decided about a device, and how it is reached. */
export function DeviceFacts({ project, device }: { project: string; device: Device }) {
  const { agent, blocked } = device;
  const facts: [string, ReactNode][] = [
    ['Id', <CopyLine key="id" text={device.id} label="id" />],
    [
      'Group',
      <DevicesLink key="group" project={project} filter={{ groups: [{ name: device.group }] }} text={device.group} />,
    ],
    ['Tags', device.tags.length === 0 ? 'None' : <Tags key="tags" tags={device.tags} />],
    ...(device.description === ''
      ? []
      : [['Description', <Lines key="d" text={device.description} />] as [string, ReactNode]]),
    ['Last contact', <Time key="contact" at={device.last_contact_at} as="ago" />],
    ...(blocked
      ? [
          [
            'Blocked',
            <span key="blocked">
              By its own software <Time at={blocked.since} as="ago" />
              {blocked.reason !== null && `: ${blocked.reason}`}
            </span>,
          ] as [string, ReactNode],
        ]
      : []),
    ['Agent', agent.version ?? 'Not known yet'],
    ['System', [agent.os, agent.arch].filter((part) => part !== null).join(' ') || 'Not known yet'],
    ['Registered', <Time key="created" at={device.created_at} />],
    ['Joined', device.joined_at === null ? 'Not yet' : <Time key="joined" at={device.joined_at} />],
  ];
  return (
    <Section title="Device">
      <FactList facts={facts} />
    </Section>
  );
}

function Tags({ tags }: { tags: string[] }) {
  return (
    <Group gap={4}>
      {tags.map((tag) => (
        <Badge key={tag} variant="default" tt="none" fw={500} maw="100%">
          {tag}
        </Badge>
      ))}
    </Group>
  );
}

function Lines({ text }: { text: string }) {
  return (
    <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
      {text}
    </Text>
  );
}

type DevicesLinkProps = { project: string; filter: Parameters<typeof filterToAddress>[0]; text: string };

function DevicesLink({ project, filter, text }: DevicesLinkProps) {
  const address = filterToAddress(filter);
  return (
    <TextLink to="/p/$project/devices" params={{ project }} search={address === undefined ? {} : { filter: address }}>
      {text}
    </TextLink>
  );
}
