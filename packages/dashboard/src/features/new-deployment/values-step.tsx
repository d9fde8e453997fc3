import { Stack, Text, Textarea } from '@mantine/core';
import type { FlowInput, UpdateFlowVersion } from '@tideway/protocol';
import { faultText } from '../../platform/forms/fault-text.rules.ts';
import { PasswordField } from '../../platform/forms/password-field.tsx';
import { fieldId } from './order-field.ts';
import { OrderStep } from './order-step.tsx';
import { typedValue } from './order-values.rules.ts';
import type { OrderForm } from './use-order-values.ts';

/** The values of the flow's parameters, and what becomes the device's configuration. */
export function ValuesStep({ form, flow }: { form: OrderForm; flow: UpdateFlowVersion | undefined }) {
  const inputs = Object.entries(flow?.inputs ?? {});
  return (
    <OrderStep step="values">
      <Stack gap="md">
        {inputs.length === 0 && (
          <Text size="sm" c="dimmed">
            {flow === undefined ? 'A flow says which parameters it takes.' : 'This flow takes no parameters.'}
          </Text>
        )}
        {inputs.map(([name, input]) => (
          <ParameterField key={name} name={name} input={input} form={form} />
        ))}
        {form.shown.parameters !== undefined && (
          <Text size="sm" c="var(--status-failed)" role="alert">
            {faultText(form.shown.parameters)}
          </Text>
        )}
        <Textarea
          id={fieldId('configuration')}
          label="Configuration for the devices"
          description="A JSON object of at most 64 KiB, which each device has as its config.json. Empty: they keep the one they have. It is no place for secrets: who may look at the deployment reads it."
          placeholder={'{ "log_level": "info" }'}
          value={form.values.configuration}
          onChange={(event) => form.change({ configuration: event.currentTarget.value })}
          error={faultText(form.shown.configuration)}
          classNames={{ input: 'mono' }}
          autosize
          minRows={2}
          maxRows={20}
          spellCheck={false}
        />
      </Stack>
    </OrderStep>
  );
}

function ParameterField({ name, input, form }: { name: string; input: FlowInput; form: OrderForm }) {
  const { values, shown, change } = form;
  const field = {
    id: fieldId(`parameters.${name}`),
    label: name,
    description: aboutInput(input),
    value: typedValue(values, { [name]: input }, name),
    error: faultText(shown[`parameters.${name}`]),
    withAsterisk: input.required && input.default === null,
    ...(input.default !== null && !input.secret && { placeholder: input.default }),
  };
  if (input.secret) {
    return (
      <PasswordField
        {...field}
        autoComplete="off"
        onChange={(event) => change({ secrets: { ...values.secrets, [name]: event.currentTarget.value } })}
        maw={480}
      />
    );
  }
  return (
    <Textarea
      {...field}
      onChange={(event) => change({ parameters: { ...values.parameters, [name]: event.currentTarget.value } })}
      autosize
      minRows={1}
      maxRows={10}
      spellCheck={false}
      maw={480}
    />
  );
}

function aboutInput({ description, default: usual, pattern, secret }: FlowInput): string | null {
  const parts = [
    description === null ? null : description.replace(/(?<![.!?])\s*$/, '.'),
    usual === null ? null : secret ? 'It has a default.' : `Default: ${usual === '' ? 'nothing' : usual}.`,
    pattern === null ? null : `Must match ${pattern}`,
    secret ? 'A secret: it is masked wherever the deployment is shown, and not kept in this browser.' : null,
  ];
  return parts.filter((part) => part !== null).join(' ') || null;
}
