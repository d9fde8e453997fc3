import { Text } from '@mantine/core';
import type { Device } from '@tideway/protocol';
import { CopyLine } from '../../platform/ui/copy-line.tsx';
import { bytesText, numberText } from '../../platform/ui/number-text.ts';
import { Section } from '../../platform/ui/section.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { FactList } from './fact-list.tsx';

/** What a device says of itself. */
export function DeviceSays({ device: { attributes, metrics } }: { device: Device }) {
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
            <FactList facts={Object.entries(metrics.values).map(([name, value]) => [name, metricText(name, value)])} />
          </div>
          <Text size="xs" c="dimmed" mt="xs">
            As of <Time at={metrics.at} as="ago" />.
          </Text>
        </Section>
      )}
    </>
  );
}

/** The configuration that a device has applied. */
export function DeviceConfiguration({ device: { configuration } }: { device: Device }) {
  return (
    <Section title="Configuration">
      {configuration === null || configuration === undefined ? (
        <Text size="sm" c="dimmed">
          No deployment has given this device a configuration.
        </Text>
      ) : (
        <CopyLine isBlock text={JSON.stringify(configuration, null, 2)} label="configuration" />
      )}
    </Section>
  );
}

/** The unit of a metric stands in its name. */
function metricText(name: string, value: number): string {
  return name.endsWith('_bytes') ? bytesText(value) : numberText(value);
}
