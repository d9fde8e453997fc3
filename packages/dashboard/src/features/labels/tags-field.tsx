import { TagsInput, type TagsInputProps } from '@mantine/core';
import { useState } from 'react';
import { useLabelNames } from './label.queries.ts';
import { tags } from './label-kind.ts';
import { offeredNames, withTyped } from './new-labels.rules.ts';
import { newNameOption, newNamesText } from './new-name-option.tsx';
import { takeByEnter } from './take-by-enter.ts';
import { useNewLabels } from './use-new-labels.ts';

type TagsFieldProps = Omit<TagsInputProps, 'value' | 'data' | 'searchValue' | 'onSearchChange'> & {
  project: string;
  value?: string[];
  /** What is typed and not confirmed: the form holds it, because it counts. */
  typed: string;
  onTyped: (text: string) => void;
  /** Whether it offers to make the tag that is typed. */
  makes: boolean;
};

/** Tags of a project, by choice or by name. The list comes with a click, an arrow or a letter, and covers nothing before. */
export function TagsField({ project, value = [], typed, onTyped, makes, ...field }: TagsFieldProps) {
  const known = useLabelNames(project, 'tags');
  const { toMake } = useNewLabels(project, tags);
  const [isOpen, setOpen] = useState(false);
  const isNew = (name: string) => makes && toMake([name]).length > 0;
  return (
    <TagsInput
      placeholder={value.length === 0 ? 'Choose, or type and press Enter' : ''}
      data={offeredNames(known, typed, isNew(typed.trim()))}
      value={value}
      searchValue={typed}
      onSearchChange={(text) => {
        onTyped(text);
        if (text !== '') setOpen(true);
      }}
      dropdownOpened={isOpen}
      onDropdownOpen={() => setOpen(true)}
      onDropdownClose={() => setOpen(false)}
      openOnFocus={false}
      selectFirstOptionOnChange={typed.trim() !== ''}
      onKeyDown={takeByEnter}
      onClick={() => setOpen(true)}
      renderOption={newNameOption(isNew)}
      description={makes ? newNamesText(toMake(withTyped(value, typed))) : undefined}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      splitChars={[]}
      // What is typed counts as it is. As one more name, the field would grow and move the button that is being pressed.
      acceptValueOnBlur={false}
      // Names that differ in capitals are two names.
      isDuplicate={(name, names) => names.includes(name)}
      maxDropdownHeight={240}
      {...field}
    />
  );
}
