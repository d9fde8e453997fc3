import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';

type LeaveGuardProps = { isChanged: () => boolean; onLeave: () => void };

/** Asks before a page is left whose changes are not saved. */
export function LeaveGuard({ isChanged, onLeave }: LeaveGuardProps) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && isChanged(),
    enableBeforeUnload: isChanged,
    withResolver: true,
  });
  return (
    <Modal opened={status === 'blocked'} onClose={() => reset?.()} title="Leave without saving?" centered>
      <Stack>
        <Text size="sm">What you changed in this update flow is not saved, and will be gone.</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => reset?.()} data-autofocus>
            Stay
          </Button>
          <Button
            color="red.9"
            onClick={() => {
              onLeave();
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
