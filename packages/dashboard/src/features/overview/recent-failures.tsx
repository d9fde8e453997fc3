import { Group, Stack, Text } from '@mantine/core';
import type { Overview } from '@tideway/protocol';
import { TextLink } from '../../platform/ui/links.tsx';
import { countText, numberText } from '../../platform/ui/number-text.ts';
import { Section } from '../../platform/ui/section.tsx';

type Failure = Overview['failures'][number];

const shown = 6;

/** What failed of late, in groups that say the same, where most devices were hit first. */
export function RecentFailures({ project, failures }: { project: string; failures: Failure[] }) {
  return (
    <Section
      title="Recent failures"
      actions={
        failures.length > shown && (
          <Text size="sm" c="dimmed">{`The largest ${shown} of ${numberText(failures.length)}`}</Text>
        )
      }
    >
      {failures.length === 0 ? (
        <Text size="sm" c="dimmed">
          None of the newest deployments has a failed update.
        </Text>
      ) : (
        <Stack component="ul" gap="sm" p={0} m={0}>
          {failures.slice(0, shown).map((failure) => (
            <FailureLine key={keyOf(failure)} project={project} failure={failure} />
          ))}
        </Stack>
      )}
    </Section>
  );
}

function FailureLine({ project, failure }: { project: string; failure: Failure }) {
  const { flow, step, reason, message, devices, deployment_id } = failure;
  return (
    <Stack component="li" gap={2} style={{ listStyle: 'none', minWidth: 0 }}>
      <Group gap="xs" justify="space-between" wrap="nowrap" align="baseline">
        <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
          {step === null ? 'No step' : `Step ${step}`}
          <Text span fw={400} c="dimmed">{` of ${flow.name}`}</Text>
        </Text>
        <TextLink
          to="/p/$project/deployments/$deployment"
          params={{ project, deployment: deployment_id }}
          search={{ status: 'failed' }}
          className="numbers"
          style={{ whiteSpace: 'nowrap' }}
          aria-label={`${countText(devices, 'device')}: the failed updates of ${deployment_id}`}
        >
          {countText(devices, 'device')}
        </TextLink>
      </Group>
      <Text size="sm" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
        {message ?? reason.replaceAll('_', ' ')}
      </Text>
    </Stack>
  );
}

function keyOf({ flow, step, reason, message }: Failure): string {
  return JSON.stringify([flow.id, step, reason, message]);
}
