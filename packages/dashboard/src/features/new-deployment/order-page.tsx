import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Deployment } from '@tideway/protocol';
import { useEffect, useMemo, useState } from 'react';
import { sentenceOf } from '../../platform/api/refused.ts';
import { Page } from '../../platform/ui/page.tsx';
import { useSelectionPreview } from '../devices/selection-preview.tsx';
import { flowQuery } from '../flows/flow.queries.ts';
import { useProjectKey } from '../projects/project.queries.ts';
import { AgainNote } from './again-note.tsx';
import { DetailsStep } from './details-step.tsx';
import { DevicesStep } from './devices-step.tsx';
import { FlowStep } from './flow-step.tsx';
import classes from './new-deployment.module.css';
import { inPageOrder, type OrderFaults, sectionOfField } from './order-faults.rules.ts';
import { fieldId, goTo, sectionId } from './order-field.ts';
import type { OrderSearch } from './order-search.rules.ts';
import { type FlowInputs, orderBody } from './order-values.rules.ts';
import { ReviewStep } from './review-step.tsx';
import { StepList } from './step-list.tsx';
import { stepStates } from './step-states.rules.ts';
import { TakenUpNote } from './taken-up-note.tsx';
import { useDeploy } from './use-deploy.ts';
import { useDryRun } from './use-dry-run.ts';
import { useOrderFaults } from './use-order-faults.ts';
import { useKeptDraft, useOrderValues } from './use-order-values.ts';
import { ValuesStep } from './values-step.tsx';

const noInputs: FlowInputs = {};

type OrderPageProps = {
  /** What the address asked for as the page came. */
  search: OrderSearch;
  /** The deployment whose order is given again; null: a new one. */
  again: Deployment | null;
};

/** All steps of an order on one page, each of which can be gone to at any time. */
export function OrderPage({ search, again }: OrderPageProps) {
  const project = useProjectKey();
  const { values, key, isTakenUp, change, renewKey, startOver, ...begun } = useOrderValues(search, again);
  const { flow, error: flowError } = useChosenFlow(project, values.flow, values.flowVersion);
  const inputs = flow?.inputs ?? noInputs;
  const [unfinished, setUnfinished] = useState<string | null>(null);
  const [wantsToDeploy, setWantsToDeploy] = useState(false);
  const found = {
    ...(flowError !== null && { flow: flowError }),
    ...(begun.filterError !== null && { filter: begun.filterError }),
  };
  const { faults, shown, takeRefusal, takeConsent } = useOrderFaults(values, inputs, found, unfinished, wantsToDeploy);
  const forgetDraft = useKeptDraft(begun.place, { ...begun, key, values }, inputs);
  const selected = useMemo(
    () => ({ device_filter: values.filter, ...(values.devices.length > 0 && { device_ids: values.devices }) }),
    [values.filter, values.devices],
  );
  const preview = useSelectionPreview(project, selected);
  const body = useMemo(() => orderBody(values, inputs), [values, inputs]);
  const canAsk = flow !== undefined && Object.keys(faults).length === 0;
  const checked = useDryRun(body, flow?.version ?? null, canAsk);
  const { dry, isCurrent } = checked;

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each answer of the server
  useEffect(() => {
    if (!isCurrent) return;
    if (checked.error !== null) takeRefusal(checked.error);
    else takeConsent();
  }, [isCurrent, checked.error, dry]);

  const all = { ...shown, ...faults };
  const deploy = useDeploy({
    body,
    key,
    flowVersion: flow?.version ?? null,
    isReady: () => {
      setWantsToDeploy(true);
      goToFirst(all);
      return Object.keys(all).length === 0 && isCurrent && dry !== null;
    },
    onRefused: (error) => {
      const { refused, other } = takeRefusal(error);
      goToFirst(refused);
      return other;
    },
    renewKey,
    onDone: forgetDraft,
  });

  const form = { values, change, shown };
  const steps = stepStates({
    values,
    shown,
    faults: all,
    devices: preview.data?.devices,
    isChecked: isCurrent && dry !== null,
    parameters: Object.keys(inputs),
  });
  return (
    <Page title="New deployment">
      {isTakenUp && <TakenUpNote onStartOver={startOver} />}
      {begun.again !== null && <AgainNote id={begun.again} form={form} flow={flow} devices={preview.data?.devices} />}
      <div className={classes.frame}>
        <StepList states={steps} />
        <Stack gap="md" style={{ minWidth: 0 }}>
          <FlowStep form={form} flow={flow} />
          <DevicesStep form={form} preview={preview} onUnfinished={setUnfinished} />
          <ValuesStep form={form} flow={flow} />
          <DetailsStep form={form} flow={flow} />
          <ReviewStep
            faults={all}
            body={body}
            flow={flow}
            checked={checked}
            deploy={deploy}
            isUnfinished={unfinished !== null}
          />
        </Stack>
      </div>
    </Page>
  );
}

/** The version of the flow that the order will take. */
function useChosenFlow(project: string, id: string, version: string) {
  const isChosen = id !== '';
  const asked = flowQuery(project, id, version === '' ? null : Number(version));
  const { data, error } = useQuery({ ...asked, enabled: isChosen });
  // Versions that were read before stay usable while the server cannot be asked.
  return {
    flow: isChosen ? data : undefined,
    error: isChosen && data === undefined && error ? sentenceOf(error) : null,
  };
}

function goToFirst(faults: OrderFaults): void {
  const [first] = inPageOrder(faults);
  if (first !== undefined) goTo(fieldId(first[0]), sectionId(sectionOfField(first[0])));
}
