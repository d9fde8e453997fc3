import { Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { newRegistrySchema, type Registry, registryChangesSchema } from '@tideway/protocol';
import { patch, path, post } from '../../platform/api/call.ts';
import { FormEnd } from '../../platform/forms/form-end.tsx';
import { PasswordField } from '../../platform/forms/password-field.tsx';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { newRegistryOf, registryChangesOf } from './registry-body.rules.ts';

type RegistryFormProps = {
  project: string;
  /** The one to change, or null for a new one. */
  registry: Registry | null;
  onDone: () => void;
};

/** Creates a registry, or changes one: a password that is not typed stays. */
export function RegistryForm({ project, registry, onDone }: RegistryFormProps) {
  const queries = useQueryClient();
  const { form, submit, isBusy, error } = useServerForm({
    initialValues: {
      name: registry?.name ?? '',
      url: registry?.url ?? '',
      username: registry?.username ?? '',
      password: '',
    },
    schema: registry === null ? newRegistrySchema : registryChangesSchema,
    toBody: registry === null ? newRegistryOf : registryChangesOf,
    send: async (values) => {
      if (registry === null) await post(path`/${project}/registries`, newRegistryOf(values));
      else await patch(path`/${project}/registries/${registry.id}`, registryChangesOf(values));
      await queries.invalidateQueries({ queryKey: [project, 'registries'] });
      onDone();
    },
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {registry === null && (
          <TextInput label="Name" description="By which flows name it" data-autofocus {...form.getInputProps('name')} />
        )}
        <TextInput
          label="Address"
          description="https://files.example.org/releases, or host[:port] of a container registry"
          {...form.getInputProps('url')}
        />
        <TextInput
          label="Username (optional)"
          description="Without one, nothing is said of who fetches."
          autoComplete="off"
          {...form.getInputProps('username')}
        />
        <PasswordField
          label="Password or token"
          description={
            registry?.has_password
              ? 'The password stays where this is left empty.'
              : 'Kept encrypted, and never shown again.'
          }
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        <FormEnd
          verb={registry === null ? 'Create registry' : 'Save'}
          isBusy={isBusy}
          error={error}
          onCancel={onDone}
        />
      </Stack>
    </form>
  );
}
