import { Group, Text } from '@mantine/core';
import { TextLink } from '../../platform/ui/links.tsx';
import { crumbsOf } from './artifact.rules.ts';

/** Where in the artifacts one is, and the way back up. */
export function FolderPath({ project, prefix }: { project: string; prefix: string }) {
  const crumbs = crumbsOf(prefix);
  const to = { to: '/p/$project/artifacts', params: { project } } as const;
  return (
    <Group component="nav" aria-label="Folder" gap={4}>
      {crumbs.length === 0 ? <Text size="sm">All artifacts</Text> : <TextLink {...to}>All artifacts</TextLink>}
      {crumbs.map((crumb, index) => (
        <Group key={crumb.prefix} gap={4} style={{ minWidth: 0 }}>
          <Text size="sm" c="dimmed" aria-hidden>
            /
          </Text>
          {index === crumbs.length - 1 ? (
            <Text size="sm" aria-current="location" style={{ overflowWrap: 'anywhere' }}>
              {crumb.name}
            </Text>
          ) : (
            <TextLink {...to} search={{ prefix: crumb.prefix }} style={{ overflowWrap: 'anywhere' }}>
              {crumb.name}
            </TextLink>
          )}
        </Group>
      ))}
    </Group>
  );
}
