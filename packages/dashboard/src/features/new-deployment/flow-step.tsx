import { NativeSelect, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { UpdateFlowVersion } from '@tideway/protocol';
import { faultText } from '../../platform/forms/fault-text.rules.ts';
import { ButtonLink, TextLink } from '../../platform/ui/links.tsx';
import { EmptyNote, ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { Time } from '../../platform/ui/time.tsx';
import { flowChoicesQuery, flowVersionsQuery } from '../flows/flow.queries.ts';
import { useProjectKey } from '../projects/project.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { fieldId } from './order-field.ts';
import { OrderStep } from './order-step.tsx';
import type { OrderForm } from './use-order-values.ts';

type FlowStepProps = {
  form: OrderForm;
  /** The version of the chosen flow that the order will take, once it is known. */
  flow: UpdateFlowVersion | undefined;
};

/** Which flow is deployed, and which of its versions: the newest unless an older one is chosen. */
export function FlowStep({ form, flow }: FlowStepProps) {
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
            onChange={(id) => form.change({ flow: id ?? '', flowVersion: '', secrets: {} })}
            error={faultText(form.shown.flow)}
            searchable
            allowDeselect={false}
            nothingFoundMessage="There is no such flow"
            maw={480}
            withAsterisk
          />
          {form.values.flow !== '' && <VersionChoice project={project} form={form} />}
          {flow && <ChosenFlow project={project} flow={flow} />}
        </Stack>
      )}
    </OrderStep>
  );
}

/** There only where the flow has several. */
function VersionChoice({ project, form }: { project: string; form: OrderForm }) {
  const { flow, flowVersion } = form.values;
  const versions = useQuery(flowVersionsQuery(project, flow)).data ?? [];
  const message = faultText(form.shown.flowVersion);
  if (versions.length < 2 && flowVersion === '') return null;
  const known = versions.map(({ version }) => String(version));
  const older = flowVersion === '' || known.includes(flowVersion) ? known : [...known, flowVersion];
  return (
    <NativeSelect
      id={fieldId('flowVersion')}
      label="Which of its versions"
      data={[
        { value: '', label: `The newest (version ${known[0] ?? '…'})` },
        ...older.map((version) => ({ value: version, label: `Version ${version}` })),
      ]}
      value={flowVersion}
      onChange={(event) => form.change({ flowVersion: event.currentTarget.value })}
      error={message}
      maw={480}
    />
  );
}

function ChosenFlow({ project, flow }: { project: string; flow: UpdateFlowVersion }) {
  return (
    <>
      {flow.description !== null && <Text size="sm">{flow.description}</Text>}
      <Text size="sm" component="div">
        <b className="numbers">Version {flow.version}</b> will be deployed. Saved <Time at={flow.changed_at} as="ago" />
        , {countText(flow.steps.length, 'step')}: {flow.steps.map(({ name }) => name).join(', ')}.{' '}
        <TextLink
          to="/p/$project/flows/$flow"
          params={{ project, flow: flow.id }}
          search={{ version: flow.version }}
          underline="always"
        >
          Look at the flow
        </TextLink>
      </Text>
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
