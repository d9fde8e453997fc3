import { notifications } from '@mantine/notifications';
import { sentenceOf } from '../api/refused.ts';

let lastDone: string | undefined;

/** Says in the corner that something was done, for a moment and in place of what was said before. */
export function tellDone(message: string): void {
  if (lastDone !== undefined) notifications.hide(lastDone);
  lastDone = notifications.show({ message, color: 'green.9', autoClose: 4_000, closeButtonProps });
}

/** Says in the corner that something was refused, until it is closed. */
export function tellRefused(error: unknown): void {
  notifications.show({
    title: 'That did not work',
    message: sentenceOf(error),
    color: 'red.9',
    autoClose: false,
    closeButtonProps,
  });
}

const closeButtonProps = { 'aria-label': 'Close' };
