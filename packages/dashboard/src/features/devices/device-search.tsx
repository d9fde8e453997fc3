import { Combobox, Group, Text, TextInput, type TextInputProps, useCombobox } from '@mantine/core';
import { type KeyboardEvent, useEffect } from 'react';
import { sentenceOf } from '../../platform/api/refused.ts';
import { takeByEnter } from '../labels/take-by-enter.ts';
import { type DeviceMatches, useDeviceMatches } from './device-choices.queries.ts';
import { offerText } from './device-match.rules.ts';
import classes from './device-search.module.css';
import { DeviceStateMark } from './device-state-mark.tsx';
import type { ListedDevice } from './listed-device.ts';
import { useTold } from './use-told.ts';
import { useTypedDevice } from './use-typed-device.ts';

type DeviceSearchProps = Omit<TextInputProps, 'value' | 'onChange' | 'error'> & {
  project: string;
  /** The id that is chosen; empty where none is. */
  value: string;
  /** How that stands in the field while nothing is typed. */
  shown: string;
  onPick: (device: ListedDevice) => void;
  /** Takes an id that no device has, and the empty text; without it such a text stays, and does not count. */
  onText?: (text: string) => void;
  /** Whether something is typed that does not count yet. */
  onTyping: (isTyping: boolean) => void;
  /** What is said beside a device that is offered. */
  noteOf?: (id: string) => string | null;
};

/** Finds a device by its name or id. What is typed counts once it is chosen, or the field is left with all of one. */
export function DeviceSearch(props: DeviceSearchProps) {
  const { project, value, shown, onPick, onText, onTyping, noteOf, ...field } = props;
  const { typed, fault, type, pick, settle } = useTypedDevice(project, value, shown, { onPick, onText });
  const text = typed?.trim() ?? '';
  const combobox = useCombobox();
  const { dropdownOpened: isOpen, selectFirstOption, resetSelectedOption } = combobox;
  const { matches, error } = useDeviceMatches(project, text, isOpen);
  const isTyping = typed !== null && text !== shown;
  useTold(isTyping, onTyping);

  const first = matches?.devices[0]?.id;
  useEffect(() => {
    if (isOpen && text !== '' && first !== undefined) selectFirstOption();
    else resetSelectedOption();
  }, [isOpen, text, first, selectFirstOption, resetSelectedOption]);

  async function takeKey(event: KeyboardEvent<HTMLInputElement>) {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || typed === null) return;
    const isMarked = isOpen && combobox.getSelectedOptionIndex() !== -1;
    takeByEnter(event);
    if (isMarked || event.isDefaultPrevented()) return;
    if (await settle('enter')) combobox.openDropdown();
    else combobox.closeDropdown();
  }

  return (
    <Combobox
      store={combobox}
      position="bottom-start"
      middlewares={{ flip: true, shift: true }}
      onOptionSubmit={(id) => {
        const device = matches?.devices.find((match) => match.id === id);
        if (device !== undefined) pick(device);
        combobox.closeDropdown();
      }}
    >
      <Combobox.Target withExpandedAttribute>
        <TextInput
          placeholder="Name or id"
          maxLength={128}
          spellCheck={false}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          {...field}
          data-unfinished={isTyping || undefined}
          error={fault}
          value={typed ?? shown}
          onChange={(event) => {
            type(event.currentTarget.value);
            combobox.openDropdown();
          }}
          // What is typed next takes the place of what was chosen.
          onFocus={(event) => typed === null && event.currentTarget.select()}
          onClick={(event) => {
            if (typed === null) event.currentTarget.select();
            combobox.openDropdown();
          }}
          onKeyDown={(event) => void takeKey(event)}
          onBlur={() => {
            combobox.closeDropdown();
            void settle('leave');
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown miw="min(280px, 92vw)">
        <Combobox.Options aria-label="Devices" mah={280} style={{ overflowY: 'auto' }}>
          {matches?.devices.map((device) => (
            <Combobox.Option key={device.id} value={device.id}>
              <OfferedDevice device={device} note={noteOf?.(device.id) ?? null} />
            </Combobox.Option>
          ))}
        </Combobox.Options>
        <Combobox.Footer role="status">
          <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
            {isOpen && offerWords(matches, error, text, onText !== undefined)}
          </Text>
        </Combobox.Footer>
      </Combobox.Dropdown>
    </Combobox>
  );
}

function OfferedDevice({ device, note }: { device: ListedDevice; note: string | null }) {
  return (
    <>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {device.name}
      </Text>
      <Group gap="xs" fz="xs" className={classes.offered}>
        <span className="mono" style={{ overflowWrap: 'anywhere' }}>
          {device.id}
        </span>
        <DeviceStateMark device={device} />
        {note}
      </Group>
    </>
  );
}

function offerWords(matches: DeviceMatches | null, error: unknown, text: string, takesAnyId: boolean): string {
  if (matches === null && error) return `It is not known which devices match. ${sentenceOf(error)}`;
  if (matches === null) return 'Searching…';
  const said = offerText(matches.devices.length, matches.hasMore, text);
  return takesAnyId && matches.devices.length === 0 && text !== '' ? `${said} Enter takes it as an id.` : said;
}
