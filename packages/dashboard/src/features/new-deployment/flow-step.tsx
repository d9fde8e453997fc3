import { Alert, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { UpdateFlowVersion } from '@tideway/protocol';
import { ButtonLink, TextLink } from '../../platform/ui/links.tsx';
import { EmptyNote, ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { Time } from '../../platform/ui/time.tsx';
import { flowChoicesQuery } from '../flows/flow.queries.ts';
import { useProjectKey } from '../projects/project.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { faultText, fieldId } from './order-field.ts';
import { OrderStep } from './order-step.tsx';
import type { OrderForm } from './use-order-values.ts';

type FlowStepProps = {
  form: OrderForm;
  /** The newest version of the chosen flow, once it is known. */
  flow: UpdateFlowVersion | undefined;
  /** The version that the address names, which may be an older one. */
  askedVersion: number | null;
};

/** Which flow is deployed. There is no choice of a version: an order takes the newest one, and the page says which it is. */
export function FlowStep({ form, flow, askedVersion }: FlowStepProps) {
  const project = useProjectKey();
  const flows = useQuery(flowChoicesQuery(project));
  if (flows.isPending)
    return (
      <OrderStep step="flow">
        <LoadingNote what="Loading flows" />
      </OrderStep>
    );
  const choices = flows.data ?? [];
  return (
    <OrderStep step="flow">
      {flows.error && <ErrorNote error={flows.error} onRetry={() => void flows.refetch()} />}
      {flows.data?.length === 0 ? (
        <NoFlows project={project} />
      ) : (
        <Stack gap="xs">
          <Select
            id={fieldId('flow')}
            label="Update flow"
            placeholder="Choose a flow"
            data={choices.map(({ id, name }) => ({ value: id, label: name }))}
            value={form.values.flow === '' ? null : form.values.flow}
            onChange={(id) => form.change({ flow: id ?? '', secrets: {} })}
            error={faultText(form.shown.flow)}
            searchable
            allowDeselect={false}
            nothingFoundMessage="There is no such flow"
            maw={480}
            withAsterisk
          />
          {flow && <ChosenFlow project={project} flow={flow} askedVersion={askedVersion} />}
        </Stack>
      )}
    </OrderStep>
  );
}

type ChosenFlowProps = { project: string; flow: UpdateFlowVersion; askedVersion: number | null };

function ChosenFlow({ project, flow, askedVersion }: ChosenFlowProps) {
  return (
    <>
      {flow.description !== null && <Text size="sm">{flow.description}</Text>}
      <Text size="sm" component="div">
        <b className="numbers">Version {flow.version}</b> will be deployed: an order takes a flow's newest version.
        Saved <Time at={flow.changed_at} as="ago" />, {countText(flow.steps.length, 'step')}:{' '}
        {flow.steps.map(({ name }) => name).join(', ')}.{' '}
        <TextLink to="/p/$project/flows/$flow" params={{ project, flow: flow.id }} underline="always">
          Look at the flow
        </TextLink>
      </Text>
      {askedVersion !== null && askedVersion !== flow.version && (
        <Alert color="yellow" variant="light" role="note">
          <Text size="sm" c="var(--mantine-color-text)">
            You come from version {askedVersion}, and version {flow.version} is what will be deployed. To deploy the
            older one, an admin saves its text as a new version first.
          </Text>
        </Alert>
      )}
    </>
  );
}

function NoFlows({ project }: { project: string }) {
  const mayCreate = useMay('admin');
  return (
    <EmptyNote
      title="There is no update flow yet"
      action={
        mayCreate && (
          <ButtonLink to="/p/$project/flows/new" params={{ project }} variant="default">
            New flow
          </ButtonLink>
        )
      }
    >
      A flow is the list of steps that a device carries out. {!mayCreate && 'An admin has to save one first.'}
    </EmptyNote>
  );
}
