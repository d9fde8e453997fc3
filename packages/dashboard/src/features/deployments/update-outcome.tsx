import { List, Text } from '@mantine/core';
import type { UpdateDetails } from '@tideway/protocol';
import type { ReactNode } from 'react';
import { Section } from '../../platform/ui/section.tsx';
import { StatusMark } from '../../platform/ui/status-icon.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { FactList } from '../devices/fact-list.tsx';
import { lateResultOf, reasonText, standingText } from './update-words.rules.ts';

/** Where an update is or how it ended, when, and what was put back. */
export function UpdateOutcome({ update }: { update: UpdateDetails }) {
  const { status, reason, failed_step, exit_code, attempt } = update;
  const said = standingText(update);
  const hasEnded = status === 'failed' || status === 'aborted';
  const facts: [string, ReactNode][] = [
    ...fact(status === 'aborted' ? 'Stopped in step' : 'Failed step', failed_step),
    ...fact('Exit code', exit_code),
    ...fact('Kind', hasEnded && reason !== null && reasonText(reason) !== said ? reasonText(reason) : null),
    ...fact('Started', update.taken_up_at && <Time at={update.taken_up_at} />),
    ...fact('Asked to stop', update.abort_requested_at && <Time at={update.abort_requested_at} />),
    ...fact('To confirm until', status === 'in_progress' && update.abort_ends_at && <Time at={update.abort_ends_at} />),
    ...fact('Ended', update.finished_at && <Time at={update.finished_at} />),
    ...fact('Attempt', attempt > 1 ? attempt : null),
  ];
  return (
    <Section title="How it stands" actions={<StatusMark status={status} />}>
      {said !== '' && (
        <Text fw={500} mb="xs" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
          {said}
        </Text>
      )}
      <FactList facts={facts} />
      <LateResult update={update} />
      <Undone update={update} />
    </Section>
  );
}

function fact(name: string, value: ReactNode): [string, ReactNode][] {
  return value === null || value === false || value === '' ? [] : [[name, value]];
}

function LateResult({ update }: { update: UpdateDetails }) {
  const late = lateResultOf(update);
  if (late === null) return null;
  return (
    <Text size="sm" mt="sm" style={{ overflowWrap: 'anywhere' }}>
      The device said later
      {late.at !== null && (
        <>
          {' '}
          (<Time at={late.at} />)
        </>
      )}
      : <b>{late.status}</b>
      {late.message !== null && `, ${late.message}`}. The result stands.
    </Text>
  );
}

function Undone({ update: { undone, status, failed_step } }: { update: UpdateDetails }) {
  if (undone.length === 0) {
    if ((status !== 'failed' && status !== 'aborted') || failed_step === null) return null;
    return (
      <Text size="sm" mt="sm">
        No step was undone. Which ones are is for the flow to say, by “When it fails” of a step and by its rollback.
      </Text>
    );
  }
  return (
    <>
      <Text size="sm" fw={600} mt="sm" mb={4}>
        Put back
      </Text>
      <List size="sm" spacing={4} aria-label="Put back">
        {undone.map(({ step, done, message }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps may have the same name, and the list never changes
          <List.Item key={place} style={{ overflowWrap: 'anywhere' }}>
            {step}: {done ? 'done' : 'could not be done'}
            {message !== null && `, ${message}`}
          </List.Item>
        ))}
      </List>
    </>
  );
}
