import { Text } from '@mantine/core';
import type { Device } from '@tideway/protocol';
import { CopyLine } from '../../platform/ui/copy-line.tsx';
import { numberText } from '../../platform/ui/number-text.ts';
import { Section } from '../../platform/ui/section.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { FactList } from './fact-list.tsx';

/** What a device says of itself, and the configuration that it has applied. */
export function DeviceSays({ device: { attributes, metrics, configuration } }: { device: Device }) {
  const said = Object.entries(attributes);
  return (
    <>
      <Section title="Attributes">
        {said.length === 0 ? (
          <Text size="sm" c="dimmed">
            The device has said none.
          </Text>
        ) : (
          <FactList
            facts={said.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)])}
          />
        )}
      </Section>
      {metrics !== null && (
        <Section title="Metrics">
          <div className="numbers">
            <FactList facts={Object.entries(metrics.values).map(([name, value]) => [name, numberText(value)])} />
          </div>
          <Text size="xs" c="dimmed" mt="xs">
            Said <Time at={metrics.at} as="ago" />.
          </Text>
        </Section>
      )}
      <Section title="Configuration">
        {configuration === null || configuration === undefined ? (
          <Text size="sm" c="dimmed">
            No deployment has given this device a configuration.
          </Text>
        ) : (
          <CopyLine isBlock text={JSON.stringify(configuration, null, 2)} label="configuration" />
        )}
      </Section>
    </>
  );
}
