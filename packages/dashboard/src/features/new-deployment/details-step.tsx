import { Autocomplete, NativeSelect, Select, Stack, Textarea, TextInput } from '@mantine/core';
import type { UpdateFlowVersion } from '@tideway/protocol';
import { faultText } from '../../platform/forms/fault-text.rules.ts';
import { utcText } from '../../platform/ui/time.tsx';
import { useAppVersions } from '../devices/filter-choices.queries.ts';
import { useLabelNames } from '../labels/label.queries.ts';
import { useProjectKey } from '../projects/project.queries.ts';
import classes from './new-deployment.module.css';
import { fieldId } from './order-field.ts';
import { OrderStep } from './order-step.tsx';
import type { OrderValues } from './order-values.rules.ts';
import type { OrderForm } from './use-order-values.ts';

/** What a field means stands below it, so that fields beside each other stand in a row. */
const belowInput: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'error', 'description'];
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What may stand beside an order: the app that it brings, a comment, when it goes on, and what ends it. */
export function DetailsStep({ form, flow }: { form: OrderForm; flow: UpdateFlowVersion | undefined }) {
  const { values, shown, change } = form;
  const project = useProjectKey();
  const apps = useLabelNames(project, 'apps');
  const versions = useAppVersions(project, values.appName);
  const text = (name: TextField) => ({
    id: fieldId(name),
    value: values[name],
    error: faultText(shown[name]),
    inputWrapperOrder: belowInput,
    onChange: (event: { currentTarget: { value: string } }) => change({ [name]: event.currentTarget.value }),
  });
  return (
    <OrderStep step="details">
      <Stack gap="md">
        <div className={classes.fields}>
          <Select
            id={fieldId('appName')}
            label="App"
            description="On each device that succeeds, this app gets the version beside it."
            placeholder="None"
            data={withChosen(apps, values.appName)}
            value={values.appName === '' ? null : values.appName}
            onChange={(name) => change({ appName: name ?? '' })}
            error={faultText(shown.appName)}
            inputWrapperOrder={belowInput}
            searchable
            clearable
            clearButtonProps={{ 'aria-label': 'No app' }}
            nothingFoundMessage={
              apps.length === 0 ? 'There is no app in this project yet: Apps makes one' : 'There is no such app'
            }
          />
          <Autocomplete
            id={fieldId('appVersion')}
            label="App version"
            description="Any text of at most 128 characters."
            placeholder="1.1.0"
            data={versions}
            value={values.appVersion}
            onChange={(appVersion) => change({ appVersion })}
            error={faultText(shown.appVersion)}
            inputWrapperOrder={belowInput}
          />
        </div>
        <Textarea
          {...text('comment')}
          label="Comment"
          description="Shown with the deployment."
          autosize
          minRows={1}
          maxRows={6}
        />
        <div className={classes.fields}>
          <TextInput
            {...text('startAt')}
            type="datetime-local"
            label="Begins at"
            description={`No device begins before. Empty: they may at once. ${inUtc(values.startAt)}`}
          />
          <TextInput
            {...text('expiresIn')}
            label="Expires in"
            placeholder="7d"
            description="What is still pending then ends as expired, as 2h or 7d. Empty: it waits as long as it takes."
          />
          <TextInput
            {...text('timeout')}
            label="Time limit of an update"
            placeholder="2h"
            description="A device that has no result by then has failed. Empty: what the flow says."
          />
          <TextInput
            {...text('abortDeadline')}
            label="Abort deadline"
            placeholder="15m"
            description="How long a device has to confirm an abort. Empty: 15 minutes."
          />
          <NativeSelect
            {...text('supersede')}
            label="Replaces"
            description="Which older updates, still pending on these devices, are aborted for this one."
            data={[
              { value: 'none', label: 'Nothing' },
              { value: 'same_flow', label: `Pending updates of the flow${flow ? ` ${flow.name}` : ''}` },
              {
                value: 'same_app',
                label: `Pending updates of the app${values.appName === '' ? '' : ` ${values.appName}`}`,
              },
            ]}
          />
          <TextInput
            {...text('maxFailures')}
            label="Failure limit"
            placeholder="10%"
            description="When so many have failed, as 5 or 10%, no device begins any more. Empty: no limit."
          />
        </div>
      </Stack>
    </OrderStep>
  );
}

type TextField = 'comment' | 'startAt' | 'expiresIn' | 'timeout' | 'abortDeadline' | 'supersede' | 'maxFailures';

/** The app of a draft is shown, whether or not it is among those that are offered. */
function withChosen(names: string[], chosen: string): string[] {
  return chosen === '' || names.includes(chosen) ? names : [chosen, ...names];
}

function inUtc(startAt: OrderValues['startAt']): string {
  const time = new Date(startAt);
  const here = `Times are of the zone ${zone}.`;
  return startAt === '' || Number.isNaN(time.getTime()) ? here : `${here} That is ${utcText(time.toISOString())}.`;
}
