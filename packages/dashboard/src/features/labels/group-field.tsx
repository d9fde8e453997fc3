import { Autocomplete, type AutocompleteProps } from '@mantine/core';
import { useLabelNames } from './label.queries.ts';
import { groups } from './label-kind.ts';
import { offeredNames } from './new-labels.rules.ts';
import { newNameOption, newNamesText } from './new-name-option.tsx';
import { takeByEnter } from './take-by-enter.ts';
import { useNewLabels } from './use-new-labels.ts';

type GroupFieldProps = Omit<AutocompleteProps, 'value' | 'data'> & { project: string; value?: string };

/** A group of a project, by choice or by name; one that is not there is offered to be made. */
export function GroupField({ project, value = '', ...field }: GroupFieldProps) {
  const known = useLabelNames(project, 'groups');
  const { toMake } = useNewLabels(project, groups);
  const isNew = (name: string) => toMake([name]).length > 0;
  const name = value.trim();
  return (
    <Autocomplete
      label="Group"
      placeholder="Choose, or type a name"
      data={offeredNames(known, name, isNew(name))}
      value={value}
      openOnFocus={false}
      selectFirstOptionOnChange={name !== ''}
      onKeyDown={takeByEnter}
      renderOption={newNameOption(isNew)}
      description={newNamesText(toMake([name]))}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      maxDropdownHeight={240}
      {...field}
    />
  );
}
