import { Group, NativeSelect, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type Filter, updateStatuses } from '@tideway/protocol';
import { statusWords } from '../../platform/ui/status.ts';
import { Time } from '../../platform/ui/time.tsx';
import { useLabelNames } from '../labels/label.queries.ts';
import { deviceNamesQuery, useDeviceNames } from './device-choices.queries.ts';
import { DeviceSearch } from './device-search.tsx';
import { useAppVersions, useLatestDeployments } from './filter-choices.queries.ts';
import { TypedChoice } from './typed-choice.tsx';

type FilterValueProps<F extends Filter = Filter> = {
  project: string;
  /** What the condition is called, before the name of each field. */
  name: string;
  value: F;
  onChange: (value: Filter) => void;
  /** Whether something is typed into one of the fields that does not count yet. */
  onTyping: (field: string, isTyping: boolean) => void;
};
type OfType<T extends Filter['type']> = FilterValueProps<Extract<Filter, { type: T }>>;

const wide = { flex: '2 1 150px', minWidth: 0 };
const statuses = updateStatuses.map((status) => ({ value: status, label: statusWords[status] }));

/** The fields of a condition's value, by its type. */
export function FilterValue({ value, ...rest }: FilterValueProps) {
  switch (value.type) {
    case 'tag':
      return <TagValue {...rest} value={value} />;
    case 'app':
      return <AppValue {...rest} value={value} />;
    case 'deployment':
      return <DeploymentValue {...rest} value={value} />;
    case 'specific_device':
      return <DeviceValue {...rest} value={value} />;
    case 'device_state':
      return (
        <NativeSelect
          aria-label={`${rest.name}: state`}
          data={['online', 'offline']}
          value={value.value}
          onChange={(event) => rest.onChange({ ...value, value: event.currentTarget.value as typeof value.value })}
          style={wide}
        />
      );
    case 'update_status':
      return (
        <NativeSelect
          aria-label={`${rest.name}: status`}
          data={statuses}
          value={value.value}
          onChange={(event) => rest.onChange({ ...value, value: event.currentTarget.value as typeof value.value })}
          style={wide}
        />
      );
  }
}

function DeviceValue({ project, name, value, onChange, onTyping }: OfType<'specific_device'>) {
  const { value: id } = value;
  const queries = useQueryClient();
  const { names, areKnown } = useDeviceNames(project, id === '' ? [] : [id]);
  const deviceName = names.get(id);
  const isOfNone = areKnown && deviceName === undefined && id !== '';
  return (
    <DeviceSearch
      project={project}
      aria-label={`${name}: device`}
      value={id}
      shown={deviceName ?? id}
      onPick={(device) => {
        queries.setQueryData(deviceNamesQuery(project, [device.id]).queryKey, new Map([[device.id, device.name]]));
        onChange({ ...value, value: device.id });
      }}
      onText={(text) => onChange({ ...value, value: text })}
      onTyping={(isTyping) => onTyping('device', isTyping)}
      description={isOfNone ? 'No device has this id' : deviceName !== undefined && id}
      style={wide}
    />
  );
}

function TagValue({ project, name, value, onChange, onTyping }: OfType<'tag'>) {
  const tags = useLabelNames(project, 'tags');
  return (
    <TypedChoice
      aria-label={`${name}: tag`}
      placeholder="Tag"
      data={tags}
      value={value.value}
      onChange={(tag) => onChange({ ...value, value: tag })}
      onTyping={(isTyping) => onTyping('tag', isTyping)}
      style={wide}
    />
  );
}

function AppValue({ project, name, value, onChange, onTyping }: OfType<'app'>) {
  const apps = useLabelNames(project, 'apps');
  const versions = useAppVersions(project, value.value);
  const { app_version: version = '', ...app } = value;
  const send = (chosen: string) => onChange({ ...app, ...(chosen !== '' && { app_version: chosen }) });
  return (
    <>
      <TypedChoice
        aria-label={`${name}: app`}
        placeholder="App"
        data={apps}
        value={value.value}
        onChange={(chosen) => onChange({ ...value, value: chosen })}
        onTyping={(isTyping) => onTyping('app', isTyping)}
        style={wide}
      />
      <TypedChoice
        aria-label={`${name}: version`}
        placeholder="Any version"
        data={versions}
        value={version}
        onChange={send}
        onTyping={(isTyping) => onTyping('version', isTyping)}
        style={{ flex: '1 1 110px', minWidth: 0 }}
      />
    </>
  );
}

function DeploymentValue({ project, name, value, onChange, onTyping }: OfType<'deployment'>) {
  const deployments = useLatestDeployments(project);
  const byId = new Map(deployments.map((deployment) => [deployment.id, deployment]));
  return (
    <>
      <NativeSelect
        aria-label={`${name}: status`}
        data={[{ value: 'any', label: 'Any status' }, ...statuses]}
        value={value.value}
        onChange={(event) => onChange({ ...value, value: event.currentTarget.value as typeof value.value })}
        style={{ flex: '1 1 110px', minWidth: 0 }}
      />
      <TypedChoice
        aria-label={`${name}: id of the deployment`}
        placeholder="dp-xxxx-xxxx"
        data={[...byId.keys()]}
        value={value.deployment_id}
        onChange={(id) => onChange({ ...value, deployment_id: id })}
        onTyping={(isTyping) => onTyping('deployment', isTyping)}
        renderOption={({ option }) => {
          const deployment = byId.get(option.value);
          return (
            <Group gap="xs" wrap="nowrap">
              <Text size="sm" className="mono">
                {option.value}
              </Text>
              {deployment && (
                <Text size="xs" c="dimmed" truncate>
                  {deployment.flow.name} v{deployment.flow.version}, <Time at={deployment.created_at} as="ago" />
                </Text>
              )}
            </Group>
          );
        }}
        style={wide}
      />
    </>
  );
}
