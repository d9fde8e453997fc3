import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { DeploymentCreated } from '@tideway/protocol';
import { useRef, useState } from 'react';
import { path, post } from '../../platform/api/call.ts';
import { Refused } from '../../platform/api/refused.ts';
import { countText } from '../../platform/ui/number-text.ts';
import { tellDone } from '../../platform/ui/tell.ts';
import { flowQuery } from '../flows/flow.queries.ts';
import { useProjectKey } from '../projects/project.queries.ts';
import type { OrderBody } from './order-values.rules.ts';

export type DeployState = {
  deploy: () => void;
  /** Deploys under a new key, though an order was placed under the one before. */
  deployAsAnother: () => void;
  isBusy: boolean;
  /** What was refused and belongs to no field. */
  error: unknown;
};

type DeployOptions = {
  body: OrderBody;
  /** The same key lets the server do the order once, however often it is sent. */
  key: string;
  flowVersion: number | null;
  /** Whether the order can be sent; where not, it says so at the fields. */
  isReady: () => boolean;
  /** Puts a refusal at its fields, and gives what belongs to none. */
  onRefused: (error: unknown) => unknown;
  renewKey: () => void;
  onDone: () => void;
};

/** Places the order once, and leads to its deployment. */
export function useDeploy(options: DeployOptions): DeployState {
  const project = useProjectKey();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  // A double click comes before the button is drawn as busy.
  const isSending = useRef(false);

  async function send({ body, flowVersion, onDone }: DeployOptions, key: string) {
    const { flow_uuid: flow } = body.deployment_configuration;
    const taken = await queries.fetchQuery({ ...flowQuery(project, flow, body.flow_version ?? null), staleTime: 0 });
    if (taken.version !== flowVersion) {
      throw new Error(
        `Version ${taken.version} of the flow was saved meanwhile. Nothing was deployed: look again, and deploy if it is still what you want.`,
      );
    }
    const created = await post<DeploymentCreated>(path`/${project}/deployments`, body, { 'idempotency-key': key });
    onDone();
    tellDone(`Ordered for ${countText(created.devices, 'device')}`);
    void queries.invalidateQueries({ queryKey: [project, 'deployments'] });
    void queries.invalidateQueries({ queryKey: [project, 'overview'] });
    await navigate({
      to: '/p/$project/deployments/$deployment',
      params: { project, deployment: created.deployment_id },
    });
  }

  async function deploy(key: string) {
    if (isSending.current || !options.isReady()) return;
    isSending.current = true;
    setBusy(true);
    setError(null);
    try {
      await send(options, key);
    } catch (refused) {
      // Who signs in again over the page deploys again.
      const hasEnded = refused instanceof Refused && refused.code === 'invalid_token';
      setError(
        hasEnded
          ? new Error('Your session had ended, and nothing was deployed. Deploy again.')
          : options.onRefused(refused),
      );
    } finally {
      isSending.current = false;
      setBusy(false);
    }
  }

  return {
    deploy: () => void deploy(options.key),
    deployAsAnother: () => {
      options.renewKey();
      setError(null);
    },
    isBusy,
    error,
  };
}
