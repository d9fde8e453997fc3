import { Box, Group, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

type PageProps = {
  title: string;
  /** Beside the title, in place of the plain words. */
  heading?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
};

/** A page with its one heading, which is also the window's title. */
export function Page({ title, heading, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Tideway`;
  }, [title]);
  return (
    <Box>
      {/* As high as a button, so that titles stand at one height on all pages. */}
      <Group justify="space-between" align="center" mb="md" gap="sm" mih={36}>
        <Title order={1} style={{ overflowWrap: 'anywhere' }}>
          {heading ?? title}
        </Title>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Box>
  );
}
