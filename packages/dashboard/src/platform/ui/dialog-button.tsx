import { Button, type ButtonProps, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';

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

/** A button that opens a dialog, as with a form. A click beside it closes nothing: what was typed would be lost. */
export function DialogButton({ verb, title, children, onClosed, ...button }: DialogButtonProps) {
  const [isOpen, { open, close }] = useDisclosure(false, { ...(onClosed && { onClose: onClosed }) });
  return (
    <>
      <Button variant="default" {...button} onClick={open}>
        {verb}
      </Button>
      <Modal opened={isOpen} onClose={close} title={title} centered closeOnClickOutside={false}>
        {children(close)}
      </Modal>
    </>
  );
}
