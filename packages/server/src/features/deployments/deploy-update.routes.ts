import { deployUpdateAnswerSchema, deployUpdateBodySchema } from '@tideway/protocol';
import type { Deps } from '../../platform/deps.ts';
import { defineRoute, everybody, type Route } from '../../platform/http/route.ts';
import { placeTokenOrder } from './place-order.ts';

/** The vendor's doors, with the access token in the body. */
export function deployUpdateRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/v2/deploy_update',
      tag: 'Deployments',
      summary: 'Deploy an update to the devices that a filter selects; the access token stands in the body',
      access: everybody,
      bodyForm: 'json_of_any_type',
      body: deployUpdateBodySchema(),
      bodyIsCheckedInside: true,
      answer: deployUpdateAnswerSchema,
      handle: async ({ body, headers, address }) => {
        const { id, devices, projectKey } = await placeTokenOrder(deps, body, headers, address);
        const url = `/api/v2/${projectKey}/deployments/${id}`;
        return { message: 'Success' as const, deployment_id: id, devices, url };
      },
    }),
  ];
}
