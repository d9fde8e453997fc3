import { Alert, Button, Center, Loader, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { sentenceOf } from '../api/refused.ts';
import { MissingPart } from '../load-part.ts';

/** While something is read for the first time. */
export function LoadingNote({ what = 'Loading' }: { what?: string }) {
  return (
    <Center py="xl" role="status" aria-label={what}>
      <Loader size="sm" />
    </Center>
  );
}

type ErrorNoteProps = { error: unknown; onRetry?: () => void };

/** What went wrong, and a way on: a part that is not there any more comes with a new page only. */
export function ErrorNote({ error, onRetry }: ErrorNoteProps) {
  const wayOn = error instanceof MissingPart ? { verb: 'Reload', go: reload } : { verb: 'Try again', go: onRetry };
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} role="alert" my="sm">
      <Stack gap="xs" align="flex-start">
        <Text size="sm" c="var(--mantine-color-text)" style={{ overflowWrap: 'anywhere' }}>
          {sentenceOf(error)}
        </Text>
        {wayOn.go && (
          <Button size="xs" variant="default" onClick={wayOn.go}>
            {wayOn.verb}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

const reload = () => window.location.reload();

/** Nothing there yet: what it would be, and how to get it. */
export function EmptyNote({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Center py="xl">
      <Stack align="center" gap="xs" maw={460}>
        <Text fw={600} ta="center">
          {title}
        </Text>
        {children && (
          <Text size="sm" c="dimmed" ta="center">
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Center>
  );
}
