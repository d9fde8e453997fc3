import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type Deployment, retryBodySchema } from '@tideway/protocol';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { DialogButton } from '../../platform/ui/dialog-button.tsx';
import { TextLink } from '../../platform/ui/links.tsx';
import { ErrorNote } from '../../platform/ui/notes.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { tellDone } from '../../platform/ui/tell.ts';
import { flowVersionsQuery } from '../flows/flow.queries.ts';
import { retryChoices } from './action-text.ts';
import { retryDeployment, useDeploymentChanged } from './deployment.queries.ts';
import { type RetriedStatus, retriedFilter } from './retried-filter.rules.ts';

const endedWords = { failed: 'failed', aborted: 'was aborted' } as const;

type RetryProps = { project: string; deployment: Deployment };

/** Deploys once more to the devices on which it failed or was aborted, and leads to the new deployment. */
export function RetryButton({ project, deployment }: RetryProps) {
  return (
    <DialogButton verb="Retry" title={`Retry ${deployment.id}?`}>
      {(close) => <RetryForm project={project} deployment={deployment} onDone={close} />}
    </DialogButton>
  );
}

function RetryForm({ project, deployment, onDone }: RetryProps & { onDone: () => void }) {
  const navigate = useNavigate();
  const changed = useDeploymentChanged(project);
  const choices = retryChoices(deployment);
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: { statuses: choices.map(({ status }) => status), comment: deployment.comment },
    schema: retryBodySchema,
    send: async (body) => {
      const { deployment_id: created, devices } = await retryDeployment(project, deployment.id, body);
      await changed(created);
      onDone();
      await navigate({ to: '/p/$project/deployments/$deployment', params: { project, deployment: created } });
      tellDone(`Deployed once more to ${countText(devices, 'device')}`);
    },
  });
  const chosen = choices.filter(({ status }) => form.values.statuses.includes(status));
  const count = chosen.reduce((sum, one) => sum + one.count, 0);
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <Text size="sm">
          A new deployment gives the same version of {deployment.flow.name} with the same values to up to{' '}
          {countText(count, 'device')}. Left out are those that have something newer by now.
        </Text>
        <NewerVersion project={project} deployment={deployment} statuses={form.values.statuses} />
        <Checkbox.Group label="To the devices whose update" {...form.getInputProps('statuses')}>
          <Stack gap={6} mt={6}>
            {choices.map(({ status, count }) => (
              <Checkbox key={status} value={status} label={`${endedWords[status]}: ${countText(count, 'device')}`} />
            ))}
          </Stack>
        </Checkbox.Group>
        <TextInput label="Comment" {...form.getInputProps('comment')} />
        {error !== null && <ErrorNote error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={isBusy} disabled={chosen.length === 0}>
            Retry
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type NewerVersionProps = RetryProps & { statuses: RetriedStatus[] };

/** Who has mended the flow since does not want what has failed once more. */
function NewerVersion({ project, deployment: { id, flow }, statuses }: NewerVersionProps) {
  const newest = useQuery(flowVersionsQuery(project, flow.id)).data?.[0]?.version ?? flow.version;
  if (newest <= flow.version || statuses.length === 0) return null;
  return (
    <Text size="sm">
      {`It was version ${flow.version} of the flow. Version ${newest} was saved since: `}
      <TextLink
        to="/p/$project/deployments/new"
        params={{ project }}
        search={{ again: id, filter: JSON.stringify(retriedFilter(id, statuses)) }}
        underline="always"
      >
        deploy version {newest} to these devices
      </TextLink>{' '}
      instead.
    </Text>
  );
}
