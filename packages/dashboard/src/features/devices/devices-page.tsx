import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFilter } from '@tabler/icons-react';
import { ButtonLink } from '../../platform/ui/links.tsx';
import { ErrorNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { useProjectKey } from '../projects/project.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { AttentionChoices } from './attention-choices.tsx';
import { ColumnMenu, useChosenColumns } from './column-menu.tsx';
import { useFilterText } from './device-choices.queries.ts';
import { DevicesTable } from './devices-table.tsx';
import { FilterBuilder } from './filter-builder.tsx';
import { SavedFilters } from './saved-filters.tsx';
import { SearchField } from './search-field.tsx';
import { SelectionPreview, useSelectionPreview } from './selection-preview.tsx';
import { useDevicesAddress } from './use-devices-address.ts';

/** The fleet: to find devices, and to do something with many of them. */
export function DevicesPage() {
  const project = useProjectKey();
  const { asked, error, isNarrowed, change, showAll } = useDevicesAddress();
  const [isFilterOpen, { toggle }] = useDisclosure();
  const { columns, choose } = useChosenColumns(project);
  const mayRegister = useMay('admin');
  const preview = useSelectionPreview(project, asked);
  const filterWords = useFilterText(project, asked.device_filter);
  const isFiltered = filterWords !== 'all devices';

  const register = mayRegister && (
    <ButtonLink to="/p/$project/register-device" params={{ project }} variant="default">
      Register device
    </ButtonLink>
  );
  return (
    <Page title="Devices" actions={register}>
      <Stack gap="sm" mb="sm">
        <Group gap="xs">
          <SearchField
            label="Search by name, id or description"
            value={asked.search ?? ''}
            onChange={(search) => change({ search })}
          />
          <Button
            variant="default"
            leftSection={<IconFilter size={16} aria-hidden />}
            aria-expanded={isFilterOpen}
            aria-controls="device-filter"
            onClick={toggle}
          >
            Filter
          </Button>
          <SavedFilters project={project} asked={asked} isNarrowed={isNarrowed} onPick={change} />
          <ColumnMenu project={project} columns={columns} onChoose={choose} />
        </Group>
        <AttentionChoices project={project} value={asked.attention} onChange={(attention) => change({ attention })} />
        <div id="device-filter">
          {isFilterOpen && (
            <Paper withBorder p="sm">
              <FilterBuilder
                project={project}
                value={asked.device_filter}
                onChange={(filter) => change({ device_filter: filter })}
                refusal={preview.error}
              />
              {preview.error === null && (
                <>
                  <Text size="sm" fw={600} mt="sm">
                    Of what is shown, a deployment would go to
                  </Text>
                  <SelectionPreview preview={preview} />
                </>
              )}
            </Paper>
          )}
        </div>
        {isFiltered && !isFilterOpen && (
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            Devices: {filterWords}{' '}
            <Button variant="subtle" size="compact-sm" onClick={() => change({ device_filter: {} })}>
              Clear the filter
            </Button>
          </Text>
        )}
      </Stack>
      {error === null ? (
        <DevicesTable
          key={project}
          project={project}
          asked={asked}
          columns={columns}
          count={preview.isPlaceholderData ? undefined : preview.data}
          isNarrowed={isNarrowed}
          onShowAll={showAll}
        />
      ) : (
        <>
          <ErrorNote error={error} />
          <Button variant="default" onClick={showAll}>
            Show all devices
          </Button>
        </>
      )}
    </Page>
  );
}
