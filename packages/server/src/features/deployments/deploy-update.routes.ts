import {
  deployUpdateAnswerSchema,
  deployUpdateBodySchema,
  deployUpdateV1BodySchema,
  dryRunSchema,
} from '@tideway/protocol';
import { z } from 'zod';
import type { Deps } from '../../platform/deps.ts';
import { defineRoute, everybody, type Route } from '../../platform/http/route.ts';
import { readDeployUpdate, readDeployUpdateV1, type TokenOrder } from './order.rules.ts';
import type { Read } from './order-form.rules.ts';
import { placeTokenOrder } from './place-order.ts';

/** The vendor's doors, with the access token in the body. */
export function deployUpdateRoutes(deps: Deps): Route[] {
  return [
    door(deps, '/v1/deploy_update', deployUpdateV1BodySchema(), readDeployUpdateV1),
    door(deps, '/v2/deploy_update', deployUpdateBodySchema(), readDeployUpdate),
  ];
}

function door(
  deps: Deps,
  path: string,
  body: z.ZodType,
  read: (body: unknown, needsToken: boolean) => Read<TokenOrder>,
): Route {
  return defineRoute({
    method: 'POST',
    path,
    tag: 'Deployments',
    summary: 'Deploy an update to the devices that a filter selects; the access token stands in the body',
    access: everybody,
    bodyForm: 'json_of_any_type',
    body,
    bodyIsCheckedInside: true,
    answer: z.union([deployUpdateAnswerSchema, dryRunSchema.extend({ message: z.literal('Success') })]),
    handle: async ({ body, headers, address }) =>
      placeTokenOrder(deps, (needsToken) => read(body, needsToken), headers, address),
  });
}
