import { Button, Group, Text } from '@mantine/core';

/** What stands in the form is of an earlier visit; and how to begin anew. */
export function TakenUpNote({ onStartOver }: { onStartOver: () => void }) {
  return (
    <Group gap="sm" role="note" mb="md">
      <Text size="sm">What you had typed here before is back, except secrets.</Text>
      <Button size="xs" variant="default" onClick={onStartOver}>
        Start over
      </Button>
    </Group>
  );
}
