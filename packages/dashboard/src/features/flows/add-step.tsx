import { Button, Menu, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type DrawnType, drawnTypes } from './drawing.rules.ts';
import { stepWords, typeText } from './step-words.ts';

/** Every type of step that there is, each with what it does. */
export function AddStep({ onAdd, isOff }: { onAdd: (type: DrawnType) => void; isOff: boolean }) {
  return (
    <Menu position="bottom-start" width={360} returnFocus={false} transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} />}
          disabled={isOff}
          style={{ alignSelf: 'flex-start' }}
        >
          Add step
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah="min(60vh, 420px)" style={{ overflowY: 'auto', maxWidth: 'calc(100vw - 2rem)' }}>
        {drawnTypes.map((type) => (
          <Menu.Item key={type} onClick={() => onAdd(type)}>
            <Text span size="sm" fw={600}>
              {stepWords[type].title}
            </Text>{' '}
            <Text span size="xs" c="dimmed" className="mono">
              {typeText(type)}
            </Text>
            <Text size="xs" c="dimmed">
              {stepWords[type].purpose}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
