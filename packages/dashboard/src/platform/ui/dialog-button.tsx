import { Button, type ButtonProps, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';

type DialogButtonProps = Omit<ButtonProps, 'children'> & {
  /** What the button says, as `Invite user`. */
  verb: string;
  /** Of the dialog. */
  title: string;
  /** The dialog's content, new at each opening. */
  children: (close: () => void) => ReactNode;
  /** However it was closed. */
  onClosed?: () => void;
};

const HoldContext = createContext<(isHeld: boolean) => void>(() => {});

/** Keeps the dialog around it from being closed by a slip, as long as something would be lost. */
export function useHeldDialog(isHeld: boolean): void {
  const hold = useContext(HoldContext);
  useEffect(() => {
    hold(isHeld);
    return () => hold(false);
  }, [hold, isHeld]);
}

/** A button that opens a dialog, as with a form. A click beside it closes nothing: what was typed would be lost. */
export function DialogButton({ verb, title, children, onClosed, ...button }: DialogButtonProps) {
  const [isOpen, { open, close }] = useDisclosure(false, { ...(onClosed && { onClose: onClosed }) });
  const [isHeld, hold] = useState(false);
  return (
    <>
      <Button variant="default" {...button} onClick={open}>
        {verb}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={title}
        centered
        closeOnClickOutside={false}
        closeOnEscape={!isHeld}
        withCloseButton={!isHeld}
      >
        <HoldContext value={hold}>{children(close)}</HoldContext>
      </Modal>
    </>
  );
}
