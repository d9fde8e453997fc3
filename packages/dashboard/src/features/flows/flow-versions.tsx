import { Group, Stack, Text } from '@mantine/core';
import type { FlowVersionSummary } from '@tideway/protocol';
import { TextLink } from '../../platform/ui/links.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { useMay } from '../session/session.queries.ts';

type FlowVersionsProps = {
  project: string;
  flow: string;
  versions: FlowVersionSummary[];
  shown: number;
  /** The version that the shown one is held against. */
  compare: number | null;
};

/** Every version there was, by whom and when, newest first. */
export function FlowVersions({ project, flow, versions, shown, compare }: FlowVersionsProps) {
  const mayDeploy = useMay('operator');
  const params = { project, flow };
  return (
    <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none', maxHeight: 360, overflowY: 'auto' }}>
      {versions.map(({ version, created_at, created_by }) => (
        <li key={version}>
          <Group gap="sm" justify="space-between">
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              <TextLink
                to="/p/$project/flows/$flow"
                params={params}
                search={{ version }}
                aria-current={version === shown ? 'true' : undefined}
                fw={version === shown ? 700 : 400}
                underline="always"
                className="numbers"
              >
                Version {version}
              </TextLink>{' '}
              <Time at={created_at} as="ago" /> by {created_by}
            </Text>
            <Group gap="sm">
              {version === shown && <Text size="sm">shown</Text>}
              {version !== shown && version === compare && <Text size="sm">compared</Text>}
              {version !== shown && version !== compare && (
                <TextLink
                  to="/p/$project/flows/$flow"
                  params={params}
                  search={{ version: shown, compare: version }}
                  aria-label={`Compare with version ${version}`}
                >
                  Compare
                </TextLink>
              )}
              {mayDeploy && (
                <TextLink
                  to="/p/$project/deployments/new"
                  params={{ project }}
                  search={{ flow, version }}
                  aria-label={`Deploy version ${version}`}
                >
                  Deploy
                </TextLink>
              )}
            </Group>
          </Group>
        </li>
      ))}
    </Stack>
  );
}
