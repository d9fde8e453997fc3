import { Alert, Anchor, Text } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { Fault } from '@tideway/protocol';
import type { Ref } from 'react';
import { countText } from '../../platform/ui/number-text.ts';
import classes from './fault-list.module.css';

type FaultListProps = {
  faults: Fault[];
  kind: 'error' | 'warning';
  /** Goes to where it is, in the text and in the drawing. */
  onGo: (fault: Fault) => void;
  listRef?: Ref<HTMLDivElement>;
};

/** All that is wrong, in the order of the lines. Warnings do not stand in the way of saving. */
export function FaultList({ faults, kind, onGo, listRef }: FaultListProps) {
  if (faults.length === 0) return null;
  const isError = kind === 'error';
  return (
    <Alert
      ref={listRef}
      tabIndex={-1}
      color={isError ? 'red' : 'yellow'}
      variant="light"
      py="xs"
      icon={isError ? <IconAlertTriangle size={18} /> : <IconInfoCircle size={18} />}
      title={
        isError
          ? `${countText(faults.length, 'error')}: cannot be saved like this`
          : countText(faults.length, 'warning')
      }
      role={isError ? 'alert' : 'status'}
    >
      <ul className={classes.list}>
        {faults.map((fault) => (
          <li key={`${fault.line} ${fault.path} ${fault.message}`}>
            <Anchor component="button" type="button" size="sm" underline="always" onClick={() => onGo(fault)}>
              Line {fault.line ?? 1}
            </Anchor>{' '}
            <Text span size="sm" c="var(--mantine-color-text)" style={{ overflowWrap: 'anywhere' }}>
              {fault.message}
            </Text>
          </li>
        ))}
      </ul>
    </Alert>
  );
}
