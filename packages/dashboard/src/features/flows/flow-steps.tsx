import { Badge, Group, Stack, Text } from '@mantine/core';
import type { UpdateFlowVersion } from '@tideway/protocol';
import { useMemo } from 'react';
import { drawFlows } from './drawing.rules.ts';
import { parseSource, readValue } from './flow-source.rules.ts';
import classes from './flow-steps.module.css';
import { stepWords, summaryOf, typeOfUses, typeText } from './step-words.ts';

/** The steps of a flow in their order. */
export function FlowSteps({ flow }: { flow: UpdateFlowVersion }) {
  const drawn = useMemo(() => {
    const flows = drawFlows(readValue(parseSource(flow.source).document));
    return flows.find(({ name }) => name === flow.name)?.steps ?? [];
  }, [flow]);
  return (
    <ol className={classes.list}>
      {flow.steps.map(({ name, uses }, index) => {
        const step = drawn[index];
        const type = typeOfUses(uses);
        return (
          <li key={name}>
            <Stack gap={2}>
              <Group gap="xs">
                <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
                  {name}
                </Text>
                <Badge variant="default" tt="none" fw={400} title={type === null ? '' : stepWords[type].purpose}>
                  {typeText(type)}
                </Badge>
              </Group>
              {step && (
                <Text size="sm" c="dimmed" className="mono" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
                  {summaryOf(step)}
                </Text>
              )}
            </Stack>
          </li>
        );
      })}
    </ol>
  );
}
