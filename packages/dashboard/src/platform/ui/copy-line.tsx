import { ActionIcon, Box, CopyButton, Group, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';

type CopyLineProps = {
  text: string;
  label: string;
  isBlock?: boolean;
  /** Of a block, in pixels: what is longer scrolls within it. */
  maxHeight?: number;
};

/** A text to take elsewhere, as an id, a token or a command. `text` is copied as it is. */
export function CopyLine({ text, label, isBlock = false, maxHeight }: CopyLineProps) {
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
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : `Copy ${label}`}>
            <ActionIcon variant="subtle" color="gray" size="sm" onClick={copy} aria-label={`Copy ${label}`}>
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
