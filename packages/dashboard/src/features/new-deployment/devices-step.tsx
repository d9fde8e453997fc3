import { Button, Stack, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { faultText } from '../../platform/forms/fault-text.rules.ts';
import { devicesToPick } from '../devices/devices-to-pick.rules.ts';
import { FilterBuilder } from '../devices/filter-builder.tsx';
import { SavedFilterChoice } from '../devices/saved-filter-choice.tsx';
import { SelectionPreview, type useSelectionPreview } from '../devices/selection-preview.tsx';
import { useProjectKey } from '../projects/project.queries.ts';
import { fieldId } from './order-field.ts';
import { OrderStep } from './order-step.tsx';
import { PickedDevices } from './picked-devices.tsx';
import type { OrderForm } from './use-order-values.ts';

type DevicesStepProps = {
  form: OrderForm;
  preview: ReturnType<typeof useSelectionPreview>;
  /** Takes what of the filter does not count yet. */
  onUnfinished: (text: string | null) => void;
};

const typedDevice = 'the device that is typed is none yet: choose it, or empty the field';

/** Which devices get the update: those that were picked, or all that a filter selects when the order is placed. */
export function DevicesStep({ form, preview, onUnfinished }: DevicesStepProps) {
  const project = useProjectKey();
  const { values, change, shown } = form;
  const { groups = [], filters = [] } = values.filter;
  const isPicked = values.devices.length > 0;
  const isFiltered = groups.length + filters.length > 0;
  // A filter that is emptied stays to be seen: its last condition may be one that is being changed.
  const [wasFiltered, setWasFiltered] = useState(isFiltered);
  const [unfinished, setUnfinished] = useState<string | null>(null);
  if ((isFiltered || unfinished !== null) && !wasFiltered) setWasFiltered(true);
  const builder = useRef<HTMLDivElement>(null);
  const [isTyping, setTyping] = useState(false);
  const notYet = isTyping ? typedDevice : unfinished;
  useEffect(() => onUnfinished(notYet), [notYet, onUnfinished]);
  const several = isPicked || unfinished !== null ? null : devicesToPick(values.filter);
  const isEmpty = preview.data?.devices === 0 && !preview.error;
  const message = shown.filter ?? shown.devices;
  return (
    <OrderStep step="devices">
      <Stack gap="md" id={fieldId('filter')} tabIndex={-1} style={{ outline: 'none', scrollMarginTop: 64 }}>
        <PickedDevices
          project={project}
          ids={values.devices}
          onChange={(devices) => change({ devices })}
          onTyping={setTyping}
          onFilter={() => focusFirst(() => builder.current)}
        />
        {(!isPicked || wasFiltered) && (
          <div ref={builder}>
            <Text size="sm" mb="xs">
              {isPicked ? 'Of these, the ones that match:' : 'Or all devices that match:'}
            </Text>
            <SavedFilterChoice project={project} value={values.filter} onChoose={(filter) => change({ filter })} />
            <FilterBuilder
              project={project}
              value={values.filter}
              onChange={(filter) => change({ filter })}
              refusal={preview.error}
              onUnfinished={setUnfinished}
            />
            {several !== null && (
              <Button
                variant="default"
                size="xs"
                mt="xs"
                onClick={() => {
                  change({ devices: several.ids, filter: several.rest });
                  focusFirst(() => document.getElementById(fieldId('filter')));
                }}
              >
                Pick these {several.ids.length} devices instead
              </Button>
            )}
          </div>
        )}
        <SelectionPreview preview={preview} />
        {isEmpty && (
          <Text size="sm">
            A deployment to no device is refused. Change the selection; the flow, values and all else here stay as they
            are.
          </Text>
        )}
        {message !== undefined && !isEmpty && !preview.error && (
          <Text size="sm" c="var(--status-failed)" role="alert">
            {faultText(message)}
          </Text>
        )}
      </Stack>
    </OrderStep>
  );
}

/** What was pressed may be gone: the focus goes on to the first thing there that can be used. */
function focusFirst(place: () => HTMLElement | null): void {
  requestAnimationFrame(() => place()?.querySelector<HTMLElement>('input, button')?.focus());
}
