import { Group, Stack, Text } from '@mantine/core';
import type { Overview } from '@tideway/protocol';
import { deviceFilterText } from '../../platform/ui/device-filter-text.ts';
import { TextLink } from '../../platform/ui/links.tsx';
import { countText, numberText } from '../../platform/ui/number-text.ts';
import { Section } from '../../platform/ui/section.tsx';
import classes from './app-versions.module.css';
import { type AppInFleet, groupByApp } from './overview.rules.ts';

const shownApps = 6;
const shownVersions = 8;

/** What runs where: of each app its versions, from the one that most devices carry. */
export function AppVersions({ project, versions }: { project: string; versions: Overview['app_versions'] }) {
  const apps = groupByApp(versions);
  return (
    <Section
      title="App versions in the fleet"
      actions={
        <TextLink to="/p/$project/apps" params={{ project }}>
          {apps.length > shownApps ? `All ${numberText(apps.length)} apps` : 'Apps'}
        </TextLink>
      }
    >
      {apps.length === 0 ? (
        <Text size="sm" c="dimmed">
          No device carries an app. A deployment that names an app and its version sets it on each device that succeeds.
        </Text>
      ) : (
        <Stack gap="md">
          {apps.slice(0, shownApps).map((app) => (
            <App key={app.app} project={project} app={app} />
          ))}
        </Stack>
      )}
    </Section>
  );
}

function App({ project, app: { app, devices, versions } }: { project: string; app: AppInFleet }) {
  return (
    <Stack gap={4}>
      <Group gap="xs" justify="space-between">
        <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
          {app}
        </Text>
        <Text size="sm" className="numbers">
          {countText(devices, 'device')}
        </Text>
      </Group>
      <div className={classes.bar} aria-hidden>
        {versions.map(({ version, devices: carrying }, index) => (
          <div
            key={version}
            className={classes.part}
            title={`${version}: ${countText(carrying, 'device')}`}
            style={{ width: `${(carrying / devices) * 100}%`, opacity: Math.max(0.2, 1 - index * 0.22) }}
          />
        ))}
      </div>
      <Group gap="md">
        {versions.slice(0, shownVersions).map(({ version, devices: carrying }) => (
          <TextLink
            key={version}
            to="/p/$project/devices"
            params={{ project }}
            search={{
              filter: deviceFilterText({
                filters: [{ type: 'app', operand: 'is', value: app, app_version: version }],
              }),
            }}
            className="numbers"
            style={{ overflowWrap: 'anywhere' }}
          >
            {`${version}: ${numberText(carrying)}`}
          </TextLink>
        ))}
        {versions.length > shownVersions && (
          <Text size="sm" c="dimmed">
            {`and ${countText(versions.length - shownVersions, 'more version')}`}
          </Text>
        )}
      </Group>
    </Stack>
  );
}
