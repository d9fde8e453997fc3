import { schemaResolver, type UseFormReturnType, useForm } from '@mantine/form';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { z } from 'zod';
import { Refused } from '../api/refused.ts';
import { faultText } from './fault-text.rules.ts';

type ServerFormOptions<Values extends Record<string, unknown>> = {
  initialValues: Values;
  /** The API's own schema of what is sent. */
  schema?: z.ZodType;
  /** What is sent for these values; also what the schema checks. */
  toBody?: (values: Values) => unknown;
  /** The form's field for a place in what was sent, where they are not called the same. */
  fieldOf?: (place: string) => string;
  send: (values: Values) => Promise<unknown>;
};

type ServerForm<Values extends Record<string, unknown>> = {
  form: UseFormReturnType<Values>;
  submit: (event?: FormEvent<HTMLFormElement>) => void;
  isBusy: boolean;
  /** What was refused and belongs to no field. */
  error: unknown;
};

/** A form that is checked by the API's schema before it is sent, and shows at its fields what the server refuses. */
export function useServerForm<Values extends Record<string, unknown>>(
  options: ServerFormOptions<Values>,
): ServerForm<Values> {
  const { initialValues, schema, toBody = (values: Values) => values, fieldOf = (place: string) => place } = options;
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const check = schema && schemaResolver(schema, { sync: true });
  const form = useForm<Values>({
    initialValues,
    validate: (values) => {
      const found = check ? (check(toBody(values)) as Record<string, unknown>) : {};
      return Object.fromEntries(
        Object.entries(found).map(([place, message]) => [fieldOf(place), faultText(String(message))]),
      );
    },
  });

  async function send(values: Values) {
    setBusy(true);
    setError(null);
    try {
      await options.send(values);
    } catch (refused) {
      const field = refused instanceof Refused && refused.field !== null ? fieldOf(refused.field) : null;
      if (field !== null && field in form.getValues()) form.setFieldError(field, (refused as Refused).message);
      else setError(refused);
    } finally {
      setBusy(false);
    }
  }

  /** A fault at a place that has no field here would otherwise keep the form from being sent without a word. */
  function sayWhatHasNoField(faults: Record<string, ReactNode>) {
    const other = Object.entries(faults).find(([place]) => !(place in form.getValues()));
    setError(other === undefined ? null : new Error(`${other[0]}: ${String(other[1])}`));
  }

  return { form, submit: form.onSubmit(send, sayWhatHasNoField), isBusy, error };
}
