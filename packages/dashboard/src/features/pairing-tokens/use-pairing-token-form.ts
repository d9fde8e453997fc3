import { useQueryClient } from '@tanstack/react-query';
import { type CreatedPairingToken, newPairingTokenSchema } from '@tideway/protocol';
import { path, post } from '../../platform/api/call.ts';
import { useServerForm } from '../../platform/forms/use-server-form.ts';
import { type TokenChoice, tokenBody } from './token-choice.rules.ts';

const fields: Record<string, keyof TokenChoice> = { expires_at: 'validFor', needs_approval: 'needsApproval' };

export type PairingTokenForm = ReturnType<typeof usePairingTokenForm>;

/** A form that makes a pairing token of a project, which can be read this once. */
export function usePairingTokenForm(
  project: string,
  initialValues: TokenChoice,
  onCreated: (token: CreatedPairingToken) => void,
) {
  const queries = useQueryClient();
  const toBody = (choice: TokenChoice) => tokenBody(choice, Date.now());
  return useServerForm<TokenChoice>({
    initialValues,
    schema: newPairingTokenSchema,
    toBody,
    fieldOf: (place) => fields[place] ?? place,
    send: async (choice) => {
      onCreated(await post<CreatedPairingToken>(path`/${project}/pairing-tokens`, toBody(choice)));
      await queries.invalidateQueries({ queryKey: [project, 'pairing-tokens'] });
    },
  });
}
