import type { Page } from 'playwright-core';
import type { TestServer } from '../test-server.ts';

/** Where the flows of the project are shown. */
export const flowsPath = '/p/greenhouses/flows';

/** A flow of two steps with comments. */
export const restartFlow = (name: string) => `flows:
  ${name}:
    description: Restarts the pump
    steps:
      # Before anything else
      - name: Stop
        run: systemctl stop pump # at once
      - name: Start
        run: systemctl start pump
`;

/** Saves a text of flows as a program would; gives the id of its first flow. */
export async function saveFlow(server: TestServer, source: string): Promise<string> {
  const { status, body } = await server.request('POST', '/api/v2/greenhouses/update-flows', {
    body: source,
    headers: { 'content-type': 'application/yaml' },
  });
  if (status !== 201) throw new Error(`The flow was not saved: ${JSON.stringify(body)}`);
  return body.update_flows[0].uuid;
}

export async function versionsOf(server: TestServer, id: string): Promise<unknown[]> {
  return (await server.request('GET', `/api/v2/greenhouses/update-flows/${id}/versions`)).body.items;
}

/** The card of a step in the drawing, by its number from 1. */
export function stepCard(page: Page, number: number) {
  return page.getByRole('listitem', { name: new RegExp(`^Step ${number}:`) });
}
