import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { isLeftToOther } from '../api/session-end.ts';

type LeaveGuardProps = {
  /** Whether something would be lost now. */
  isNeeded: () => boolean;
  title: string;
  /** What would be lost. */
  children: ReactNode;
  onLeave?: () => void;
};

/** Asks before a page is left with which something would be lost. */
export function LeaveGuard({ isNeeded, title, children, onLeave }: LeaveGuardProps) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && isNeeded(),
    enableBeforeUnload: () => isNeeded() && !isLeftToOther(),
    withResolver: true,
  });
  return (
    <Modal opened={status === 'blocked'} onClose={() => reset?.()} title={title} centered>
      <Stack>
        <Text size="sm">{children}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => reset?.()} data-autofocus>
            Stay
          </Button>
          <Button
            color="red.9"
            onClick={() => {
              onLeave?.();
              proceed?.();
            }}
          >
            Leave
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
