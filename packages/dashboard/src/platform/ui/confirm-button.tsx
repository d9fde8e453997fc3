import { Button, type ButtonProps, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { ErrorNote } from './notes.tsx';

type Question = {
  /** What the button and the dialog's own button say, as `Abort`. */
  verb: string;
  /** The dialog's question, as `Abort deployment dp-…?` */
  title: string;
  /** What it will do, and to how many devices. */
  children: ReactNode;
  onConfirm: () => Promise<unknown>;
  isDestructive?: boolean;
  /** Has to be typed before it can be done, where much would be lost by a slip. */
  typed?: string;
};

/** A button that says what it is about to do before it does it; a refusal is shown where it was asked for. */
export function ConfirmButton({
  verb,
  title,
  children,
  onConfirm,
  isDestructive = true,
  typed,
  ...button
}: Question & ButtonProps) {
  const [isOpen, { open, close }] = useDisclosure();
  const own = useRef<HTMLButtonElement>(null);
  useFocusAfter(isOpen, own);
  const question = { verb, title, onConfirm, isDestructive, ...(typed !== undefined && { typed }) };
  return (
    <>
      <Button ref={own} variant="default" {...button} onClick={open}>
        {verb}
      </Button>
      <ConfirmDialog isOpen={isOpen} onClose={close} {...question}>
        {children}
      </ConfirmDialog>
    </>
  );
}

type ConfirmDialogProps = Question & { isOpen: boolean; onClose: () => void };

/** The question alone, where something else than a button asks for it. */
export function ConfirmDialog({ isOpen, onClose, title, ...question }: ConfirmDialogProps) {
  // Also while it is closed: it must not be asked for twice.
  const [isBusy, setBusy] = useState(false);
  return (
    <Modal opened={isOpen} onClose={onClose} title={title} centered>
      <Answer onClose={onClose} isBusy={isBusy} onBusy={setBusy} {...question} />
    </Modal>
  );
}

/** What was done may take the button away, with its dialog or after it: the keyboard goes on at the page's heading then. */
function useFocusAfter(isOpen: boolean, button: RefObject<HTMLElement | null>): void {
  const latest = useRef(isOpen);
  useLayoutEffect(() => {
    latest.current = isOpen;
  }, [isOpen]);
  useLayoutEffect(() => {
    const own = button.current;
    return () => {
      if (latest.current || document.activeElement === own) requestAnimationFrame(focusHeading);
    };
  }, [button]);
}

function focusHeading(): void {
  const heading = document.querySelector<HTMLElement>('h1');
  if (heading === null || (document.activeElement !== null && document.activeElement !== document.body)) return;
  heading.tabIndex = -1;
  heading.style.outline = 'none';
  heading.focus({ preventScroll: true });
}

type AnswerProps = Omit<Question, 'title'> & {
  onClose: () => void;
  isBusy: boolean;
  onBusy: (isBusy: boolean) => void;
};

/** Begins anew whenever the dialog is opened. */
function Answer({ verb, children, onConfirm, isDestructive = true, typed, onClose, isBusy, onBusy }: AnswerProps) {
  const [error, setError] = useState<unknown>(null);
  const [text, setText] = useState('');

  async function confirm() {
    onBusy(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (refused) {
      setError(refused);
    } finally {
      onBusy(false);
    }
  }

  return (
    <Stack>
      <Text size="sm" component="div">
        {children}
      </Text>
      {typed !== undefined && (
        <TextInput
          label={`Type ${typed} to confirm`}
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      {error !== null && <ErrorNote error={error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button
          {...(isDestructive && { color: 'red.9' })}
          onClick={confirm}
          loading={isBusy}
          disabled={typed !== undefined && text !== typed}
        >
          {verb}
        </Button>
      </Group>
    </Stack>
  );
}
