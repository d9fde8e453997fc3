import { Button, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { CopyLine } from './copy-line.tsx';
import { useHeldDialog } from './dialog-button.tsx';

/** A secret that the server shows this once, in the forms in which it is needed. */
export type SecretLine = { label: string; text: string };

type ShownOnceProps = { lines: SecretLine[]; children: ReactNode; onDone: () => void };

/** What has just been made and is not shown again: its dialog stays until somebody has it. */
export function ShownOnce({ lines, children, onDone }: ShownOnceProps) {
  const [isCopied, setCopied] = useState(false);
  useHeldDialog(!isCopied);
  return (
    <Stack>
      <Text size="sm" component="div" role="status">
        {children}
      </Text>
      {lines.map(({ label, text }) => (
        <div key={label}>
          <Text size="sm" fw={600} mb={4}>
            {label}
          </Text>
          <CopyLine text={text} label={label} isBlock onCopy={() => setCopied(true)} />
        </div>
      ))}
      <Group justify="flex-end">
        <Button onClick={onDone}>I have copied it</Button>
      </Group>
    </Stack>
  );
}
