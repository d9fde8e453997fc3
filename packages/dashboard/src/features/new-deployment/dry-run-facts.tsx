import { Alert, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { DryRun } from '@tideway/protocol';
import { bytesText, countText, numberText } from '../../platform/ui/number-text.ts';
import { Time } from '../../platform/ui/time.tsx';
import { selectionText } from '../deployments/selection-text.rules.ts';
import { fieldWord } from './field-words.rules.ts';
import classes from './new-deployment.module.css';
import type { OrderField } from './order-faults.rules.ts';
import type { OrderBody } from './order-values.rules.ts';
import { orderNotes, setFacts } from './review.rules.ts';

/** What the server says that the order would do, and what of it deserves a thought. */
export function DryRunFacts({ body, dry, flowName }: { body: OrderBody; dry: DryRun; flowName: string }) {
  const { devices, by_state: states, by_group: groups, sample, parameters, bytes_to_download: bytes } = dry;
  const { device_filter: filter, device_ids: picked } = body;
  const { app } = body.deployment_configuration;
  const notes = orderNotes(body, dry);
  return (
    <Stack gap="md">
      <dl className={classes.facts}>
        <dt>Flow</dt>
        <dd>{flowName}</dd>
        <dt>Devices</dt>
        <dd className="numbers">
          <b>{countText(devices, 'device')}</b>: {numberText(states.online)} online, {numberText(states.offline)}{' '}
          offline
        </dd>
        <dt>Selected</dt>
        <dd>{selectionText({ ...filter, ...(picked && { device_ids: picked }) })}</dd>
        <dt>Groups</dt>
        <dd className="numbers">{groups.map(({ name, devices }) => `${name} ${numberText(devices)}`).join(', ')}</dd>
        <dt>{devices > sample.length ? 'Some of them' : 'Which'}</dt>
        <dd>{namesOf(sample, devices)}</dd>
        {app && (
          <>
            <dt>App</dt>
            <dd>
              {app.name} {app.version}
            </dd>
          </>
        )}
        <dt>To download</dt>
        <dd className="numbers">{bytes === 0 ? 'nothing' : `${bytesText(bytes)}, by all of them together`}</dd>
        {Object.entries(parameters).map(([name, value]) => (
          <Parameter key={name} name={name} value={value} />
        ))}
        {setFacts(body).map(([field, text]) => (
          <SetFact key={field} field={field} text={text} />
        ))}
      </dl>
      {notes.length > 0 && (
        <ul className={classes.notes} aria-label="Worth knowing">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {dry.lacking.map(({ lacks, devices: count, sample: some }) => (
        <Alert key={lacks} color="orange" variant="light" icon={<IconAlertTriangle size={18} />} role="note">
          <Text size="sm" c="var(--mantine-color-text)" style={{ overflowWrap: 'anywhere' }}>
            {countText(count, 'device')} would fail: {namesOf(some, count)}. {lacks}
          </Text>
        </Alert>
      ))}
    </Stack>
  );
}

function Parameter({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>Parameter {name}</dt>
      <dd className="mono">{value === '' ? '(empty)' : value}</dd>
    </>
  );
}

function SetFact({ field, text }: { field: OrderField; text: string }) {
  return (
    <>
      <dt>{fieldWord(field)}</dt>
      <dd
        className={field === 'configuration' ? 'mono' : 'numbers'}
        style={field === 'configuration' ? { whiteSpace: 'pre-wrap', maxHeight: 240, overflowY: 'auto' } : undefined}
      >
        {field === 'startAt' ? <Time at={text} /> : text}
      </dd>
    </>
  );
}

function namesOf(sample: DryRun['sample'], count: number): string {
  const names = sample.map(({ name }) => name).join(', ');
  return count > sample.length ? `${names} and ${countText(count - sample.length, 'other')}` : names;
}
