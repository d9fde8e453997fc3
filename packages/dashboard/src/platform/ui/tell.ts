import { notifications } from '@mantine/notifications';
import { sentenceOf } from '../api/refused.ts';

/** Says in the corner that something was done. */
export function tellDone(message: string): void {
  notifications.show({ message, color: 'green.9', autoClose: 5_000, closeButtonProps });
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
