import { Group, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { deploymentStates } from '@tideway/protocol';
import { statesWords } from '../../platform/ui/status.ts';
import { SearchField } from '../devices/search-field.tsx';
import { flowChoicesQuery } from '../flows/flow.queries.ts';
import { useLabelNames } from '../labels/label.queries.ts';
import type { DeploymentsAsked } from './deployment.queries.ts';

type DeploymentsFilterProps = {
  project: string;
  asked: DeploymentsAsked;
  onChange: (changes: DeploymentsAsked) => void;
};

/** What narrows the list of deployments. */
export function DeploymentsFilter({ project, asked, onChange }: DeploymentsFilterProps) {
  const flows = useQuery(flowChoicesQuery(project)).data ?? [];
  const apps = useLabelNames(project, 'apps');
  const states = deploymentStates.map((state) => ({
    value: state,
    label: statesWords[state],
  }));
  return (
    <Group gap="xs">
      <SearchField label="Search deployments" value={asked.search ?? ''} onChange={(search) => onChange({ search })} />
      <Choice
        label="State"
        choices={states}
        value={asked.state}
        onChange={(chosen) => onChange({ state: deploymentStates.find((state) => state === chosen) })}
      />
      <Choice
        label="Flow"
        choices={withChosen(
          flows.map(({ id, name }) => ({ value: id, label: name })),
          asked.flow,
        )}
        value={asked.flow}
        onChange={(flow) => onChange({ flow })}
      />
      <Choice
        label="App"
        choices={withChosen(
          apps.map((name) => ({ value: name, label: name })),
          asked.app,
        )}
        value={asked.app}
        onChange={(app) => onChange({ app })}
      />
    </Group>
  );
}

type ChoiceProps = {
  label: string;
  choices: { value: string; label: string }[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
};

function Choice({ label, choices, value, onChange }: ChoiceProps) {
  return (
    <Select
      aria-label={label}
      placeholder={`Any ${label.toLowerCase()}`}
      data={choices}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
      clearable
      clearButtonProps={{ 'aria-label': `Any ${label.toLowerCase()}` }}
      searchable={choices.length > 8}
      limit={200}
      w={{ base: 'calc(50% - 5px)', xs: 160 }}
    />
  );
}

/** What an address names is shown as chosen, also where the list does not have it. */
function withChosen(choices: { value: string; label: string }[], chosen: string | undefined) {
  const isKnown = chosen === undefined || choices.some(({ value }) => value === chosen);
  return isKnown ? choices : [...choices, { value: chosen, label: chosen }];
}
