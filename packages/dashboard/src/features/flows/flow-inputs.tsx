import { Code, Stack, Text } from '@mantine/core';
import type { FlowInput } from '@tideway/protocol';

/** The parameters that an order gives values for. */
export function FlowInputs({ inputs }: { inputs: Record<string, FlowInput> }) {
  const entries = Object.entries(inputs);
  if (entries.length === 0) return <Text size="sm">None: every deployment of this flow does the same.</Text>;
  return (
    <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
      {entries.map(([name, input]) => (
        <li key={name}>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            <b className="mono">{name}</b> · {requirementOf(input)}
            {input.secret && ' · secret: never shown again'}
          </Text>
          {input.description !== null && (
            <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {input.description}
            </Text>
          )}
          {input.pattern !== null && (
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              must match <Code>{input.pattern}</Code>
            </Text>
          )}
        </li>
      ))}
    </Stack>
  );
}

function requirementOf(input: FlowInput) {
  if (input.default !== null) {
    return (
      <>
        default <Code>{input.secret ? '***' : input.default}</Code>
      </>
    );
  }
  return input.required ? 'required' : 'optional';
}
