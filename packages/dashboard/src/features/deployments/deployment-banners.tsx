import { Group, Stack, Text } from '@mantine/core';
import { IconArchive, IconClock, IconHandStop, IconHourglass, IconPlayerPauseFilled } from '@tabler/icons-react';
import type { Deployment } from '@tideway/protocol';
import type { ReactNode } from 'react';
import { TextLink } from '../../platform/ui/links.tsx';
import { Time } from '../../platform/ui/time.tsx';

/** What keeps a deployment from going on, or will end it; nothing where there is nothing of the kind. */
export function DeploymentBanners({ project, deployment }: { project: string; deployment: Deployment }) {
  const { state, start_at, paused_at, expires_at, finished_at, archived_at, retry_of } = deployment;
  const isOpen = finished_at === null;
  return (
    <Stack gap={6}>
      {state === 'scheduled' && (
        <Banner shape={IconClock}>
          Begins <Time at={start_at} />, <Time at={start_at} as="ago" />. Until then no device begins.
        </Banner>
      )}
      {isOpen && paused_at !== null && (
        <Banner shape={IconPlayerPauseFilled}>
          Paused <Time at={paused_at} as="ago" />. No device begins any more; those at work go on.
        </Banner>
      )}
      <FailureLimitBanner deployment={deployment} />
      {isOpen && expires_at !== null && (
        <Banner shape={IconHourglass}>
          Expires <Time at={expires_at} as="ago" />, <Time at={expires_at} />: what is still pending then ends as
          aborted.
        </Banner>
      )}
      {archived_at !== null && (
        <Banner shape={IconArchive}>
          Archived <Time at={archived_at} as="ago" />: its counts are kept, its updates are not.
        </Banner>
      )}
      {retry_of !== null && (
        <Text size="sm">
          A retry of{' '}
          <TextLink
            to="/p/$project/deployments/$deployment"
            params={{ project, deployment: retry_of }}
            underline="always"
            className="mono"
          >
            {retry_of}
          </TextLink>
          .
        </Text>
      )}
    </Stack>
  );
}

function FailureLimitBanner({ deployment }: { deployment: Deployment }) {
  const { failure_limit_reached_at: reachedAt, max_failures: limit } = deployment;
  if (reachedAt === null) return null;
  return (
    <Banner shape={IconHandStop}>
      The failure limit ({typeof limit === 'number' ? `${limit} updates` : limit}) was reached{' '}
      <Time at={reachedAt} as="ago" />: no device begins any more, and what was pending has been aborted.
    </Banner>
  );
}

function Banner({ shape: Shape, children }: { shape: typeof IconClock; children: ReactNode }) {
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      <Shape size={16} color="var(--status-aborted)" aria-hidden style={{ flex: 'none', marginTop: 3 }} />
      <Text size="sm" component="div" style={{ minWidth: 0 }}>
        {children}
      </Text>
    </Group>
  );
}
