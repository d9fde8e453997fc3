import { Button, Menu, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBookmark, IconDeviceFloppy, IconSettings } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMay } from '../session/session.queries.ts';
import type { DevicesAsked } from './device.queries.ts';
import { isSameFilter } from './filter-text.rules.ts';
import { SaveFilterForm } from './save-filter-form.tsx';
import { askedBy, savedFiltersQuery } from './saved-filter.queries.ts';
import { SavedFilterList } from './saved-filter-list.tsx';

type SavedFiltersProps = {
  project: string;
  asked: DevicesAsked;
  isNarrowed: boolean;
  onPick: (asked: DevicesAsked) => void;
};

/** Filters that everybody in the project finds under a name: to pick one, and to save the one that is shown. */
export function SavedFilters({ project, asked, isNarrowed, onPick }: SavedFiltersProps) {
  const saved = useQuery(savedFiltersQuery(project)).data ?? [];
  const maySave = useMay('operator');
  const [isSaving, saving] = useDisclosure();
  const [isListed, listed] = useDisclosure();
  const shown = saved.find((filter) => isSameAsked(askedBy(filter), asked));
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="default" leftSection={<IconBookmark size={16} aria-hidden />} maw={220}>
            {shown?.name ?? 'Saved filters'}
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah="60vh" maw="90vw" style={{ overflowY: 'auto' }}>
          <Menu.Label>{saved.length === 0 ? 'No filter is saved yet' : 'Saved filters'}</Menu.Label>
          {saved.map((filter) => (
            <Menu.Item key={filter.id} onClick={() => onPick(askedBy(filter))} style={{ overflowWrap: 'anywhere' }}>
              {filter.name}
            </Menu.Item>
          ))}
          {maySave && (
            <>
              <Menu.Divider />
              <Menu.Item
                leftSection={<IconDeviceFloppy size={16} aria-hidden />}
                onClick={saving.open}
                disabled={!isNarrowed}
              >
                Save this filter
              </Menu.Item>
              {saved.length > 0 && (
                <Menu.Item leftSection={<IconSettings size={16} aria-hidden />} onClick={listed.open}>
                  Manage saved filters
                </Menu.Item>
              )}
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={isSaving} onClose={saving.close} title="Save the filter" centered closeOnClickOutside={false}>
        <SaveFilterForm project={project} asked={asked} saved={saved} onDone={saving.close} />
      </Modal>
      <Modal opened={isListed} onClose={listed.close} title="Saved filters" centered>
        <SavedFilterList project={project} saved={saved} />
      </Modal>
    </>
  );
}

function isSameAsked(one: DevicesAsked, other: DevicesAsked): boolean {
  const isSameSearch = one.search === other.search && one.attention === other.attention;
  return isSameSearch && isSameFilter(one.device_filter, other.device_filter);
}
