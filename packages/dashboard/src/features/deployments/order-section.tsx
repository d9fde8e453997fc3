import { Text } from '@mantine/core';
import type { Deployment } from '@tideway/protocol';
import { memo, type ReactNode } from 'react';
import { CopyLine } from '../../platform/ui/copy-line.tsx';
import { TextLink } from '../../platform/ui/links.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { durationText, Time } from '../../platform/ui/time.tsx';
import { FactList } from '../devices/fact-list.tsx';
import { selectionText } from './selection-text.rules.ts';

const supersedeWords = {
  none: 'nothing',
  same_flow: 'what is pending of the same flow',
  same_app: 'what is pending of the same app',
} as const;

type OrderSectionProps = { project: string; deployment: Deployment };

/** The order as it was given: immutable, whatever has become of it, and not drawn again with each of its counts. */
export const OrderSection = memo(PlainOrderSection, isSameOrder);

function isSameOrder(before: OrderSectionProps, after: OrderSectionProps): boolean {
  return (
    before.project === after.project &&
    before.deployment.id === after.deployment.id &&
    before.deployment.finished_at === after.deployment.finished_at
  );
}

function PlainOrderSection({ project, deployment }: OrderSectionProps) {
  const { flow, app, parameters, configuration, comment, max_failures: limit } = deployment;
  const values = Object.entries(parameters);
  const facts: [string, ReactNode][] = [
    ['Created', <CreatedBy key="created" deployment={deployment} />],
    [
      'Update flow',
      <TextLink
        key="flow"
        to="/p/$project/flows/$flow"
        params={{ project, flow: flow.id }}
        search={{ version: flow.version }}
      >
        {flow.name}, version {flow.version}
      </TextLink>,
    ],
    ...fact('App', app && `${app.name} ${app.version}`),
    ...fact('Comment', comment),
    ['Devices', <Selected key="devices" deployment={deployment} />],
    ...(values.length === 0
      ? []
      : [['Parameters', <Parameters key="values" values={values} />] as [string, ReactNode]]),
    ...fact('Begins', deployment.start_at && <Time at={deployment.start_at} />),
    ...fact('Expires', deployment.expires_at && <Time at={deployment.expires_at} />),
    ['Time limit', `${durationText(deployment.timeout_s)} on each device`],
    ['Abort deadline', durationText(deployment.abort_deadline_s)],
    ['Failure limit', limit === null ? 'none' : typeof limit === 'number' ? `${limit} updates` : limit],
    ['Replaces', supersedeWords[deployment.supersede]],
    ...fact('Ended', deployment.finished_at && <Time at={deployment.finished_at} />),
  ];
  return (
    <Section title="What was deployed">
      <FactList facts={facts} />
      {configuration !== null && (
        <>
          <Text size="sm" c="dimmed" mt="sm" mb={4}>
            Configuration
          </Text>
          <CopyLine text={JSON.stringify(configuration, null, 2)} label="configuration" isBlock />
        </>
      )}
    </Section>
  );
}

function fact(name: string, value: ReactNode): [string, ReactNode][] {
  return value === null || value === '' ? [] : [[name, value]];
}

function CreatedBy({ deployment: { created_at, created_by } }: { deployment: Deployment }) {
  return (
    <>
      <Time at={created_at} /> by {created_by}
    </>
  );
}

/** Whom it was for, in words and as it was given. */
function Selected({ deployment: { device_filter: filter } }: { deployment: Deployment }) {
  const text = selectionText(filter);
  const json = JSON.stringify(filter, null, 2);
  if (text === null) return <CopyLine text={json} label="device filter" isBlock />;
  return (
    <>
      {text}
      <details>
        <summary>As JSON</summary>
        <CopyLine text={json} label="device filter" isBlock />
      </details>
    </>
  );
}

function Parameters({ values }: { values: [string, string][] }) {
  return (
    <span className="mono" style={{ overflowWrap: 'anywhere' }}>
      {values.map(([name, value]) => (
        <span key={name} style={{ display: 'block', whiteSpace: 'pre-wrap' }}>
          {name}: {value}
        </span>
      ))}
    </span>
  );
}
