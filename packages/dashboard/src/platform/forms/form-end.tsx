import { Button, Group } from '@mantine/core';
import { ErrorNote } from '../ui/notes.tsx';

type FormEndProps = {
  /** What the button that sends says. */
  verb: string;
  isBusy: boolean;
  /** There is nothing to send. */
  isOff?: boolean;
  /** What was refused and belongs to no field. */
  error: unknown;
  onCancel?: () => void;
};

/** The end of a form: what was refused, and the buttons. */
export function FormEnd({ verb, isBusy, isOff = false, error, onCancel }: FormEndProps) {
  return (
    <>
      {error !== null && <ErrorNote error={error} />}
      <Group justify={onCancel ? 'flex-end' : 'flex-start'}>
        {onCancel && (
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        )}
        <Button type="submit" loading={isBusy} disabled={isOff}>
          {verb}
        </Button>
      </Group>
    </>
  );
}
