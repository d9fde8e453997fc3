import { Button, type ButtonProps, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { ErrorNote } from './notes.tsx';

type ConfirmButtonProps = ButtonProps & {
  /** What the button and the dialog's own button say, as `Abort`. */
  verb: string;
  /** The dialog's question, as `Abort deployment dp-…?` */
  title: string;
  /** What it will do, and to how many devices. */
  children: ReactNode;
  onConfirm: () => Promise<unknown>;
  isDestructive?: boolean;
};

/** A button that says what it is about to do before it does it; a refusal is shown where it was asked for. */
export function ConfirmButton({
  verb,
  title,
  children,
  onConfirm,
  isDestructive = true,
  ...button
}: ConfirmButtonProps) {
  const [isOpen, { open, close }] = useDisclosure();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function confirm() {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      close();
    } catch (refused) {
      setError(refused);
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <Button variant="default" {...button} onClick={open}>
        {verb}
      </Button>
      <Modal opened={isOpen} onClose={close} title={title} centered>
        <Stack>
          <Text size="sm" component="div">
            {children}
          </Text>
          {error !== null && <ErrorNote error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Cancel
            </Button>
            <Button {...(isDestructive && { color: 'red.9' })} onClick={confirm} loading={isBusy}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
