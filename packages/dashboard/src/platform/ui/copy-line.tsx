import { ActionIcon, Box, Group, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect } from 'react';

type CopyLineProps = {
  text: string;
  label: string;
  isBlock?: boolean;
  /** Of a block, in pixels: what is longer scrolls within it. */
  maxHeight?: number;
  onCopy?: () => void;
};

/** A text to take elsewhere, as an id, a token or a command. `text` is copied as it is. */
export function CopyLine({ text, label, isBlock = false, maxHeight, onCopy }: CopyLineProps) {
  const { copied, copy } = useClipboard({ timeout: 1_000 });
  useEffect(() => {
    // A browser may refuse it, as on a page without TLS.
    if (copied) onCopy?.();
  }, [copied, onCopy]);
  return (
    <Group gap={4} wrap="nowrap" align={isBlock ? 'flex-start' : 'center'} style={{ minWidth: 0 }}>
      <Box
        component={isBlock ? 'pre' : 'code'}
        className="mono"
        tabIndex={isBlock ? 0 : undefined}
        aria-label={isBlock ? label : undefined}
        role={isBlock ? 'group' : undefined}
        style={
          isBlock
            ? {
                flex: 1,
                margin: 0,
                padding: 10,
                border: '1px solid var(--line)',
                borderRadius: 4,
                overflow: 'auto',
                maxHeight,
                whiteSpace: 'pre-wrap',
                overflowWrap: 'anywhere',
              }
            : { overflowWrap: 'anywhere' }
        }
      >
        {text}
      </Box>
      <Tooltip label={copied ? 'Copied' : `Copy ${label}`}>
        <ActionIcon variant="subtle" color="gray" size="sm" onClick={() => copy(text)} aria-label={`Copy ${label}`}>
          {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
