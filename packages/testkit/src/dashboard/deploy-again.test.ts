import { describe, expect, it } from 'vitest';
import { expectAccessible, hasBrowser } from './browser.ts';
import { deployTo, field, releaseFlow, searchOf, useNewDeployment } from './new-deployment-stage.ts';

describe.skipIf(!hasBrowser)('a deployment', () => {
  const { orders, open, newestDeployment } = useNewDeployment();

  it('is given again as it was, of the newest version of its flow and with a secret typed anew', async () => {
    const flow = releaseFlow.replace('release:', 'release-again:');
    const made = (await orders.fleet.call('POST', '/update-flows', flow)) as { update_flows: [{ uuid: string }] };
    const flowId = made.update_flows[0].uuid;
    const ordered = {
      device_filter: { groups: [{ name: 'North' }], filters: [] },
      deployment_configuration: {
        flow_uuid: flowId,
        parameters_mapping: { version: '1.1.0', channel: 'beta', password: 'hunter2' },
        comment: 'valve fix',
        app: { name: 'irrigation', version: '1.1.0' },
      },
      configuration: { log_level: 'debug' },
      expires_in: '7d',
      max_failures: 3,
    };
    const first = (await orders.fleet.call('POST', '/deployments', ordered)) as { deployment_id: string };
    await orders.fleet.call('PUT', `/update-flows/${flowId}`, flow.replace('Fetch', 'Fetch it'));

    const page = await open();
    await page.goto(`/p/pumps/deployments/${first.deployment_id}`);
    await page.getByRole('link', { name: 'Deploy again' }).click();
    const note = page.getByRole('note').filter({ hasText: 'Begun with what' });
    await note.getByText('That was version 1 of the flow; this is version 2.').waitFor();
    await expectAccessible(page);
    await page.reload();
    await note.getByText('It went to 1 device').waitFor();
    await field(page, 'password').fill('hunter3');
    await field(page, 'Comment').fill('valve fix, mended');
    await deployTo(page, '1 device').click();
    await page.waitForURL((url) => !url.pathname.endsWith(first.deployment_id) && /\/dp-/.test(url.pathname));
    const again = await newestDeployment();
    expect(again.id).not.toBe(first.deployment_id);
    expect(again).toMatchObject({
      flow: { id: flowId, version: 2 },
      app: { name: 'irrigation', version: '1.1.0' },
      comment: 'valve fix, mended',
      device_filter: ordered.device_filter,
      parameters: { version: '1.1.0', channel: 'beta', password: '***' },
      configuration: ordered.configuration,
      max_failures: 3,
    });
    expect(again.expires_at).not.toBeNull();
  });

  it('gives a mended flow to those devices of an earlier one that did not get it', async () => {
    const flow = releaseFlow.replace('release:', 'release-mended:');
    const made = (await orders.fleet.call('POST', '/update-flows', flow)) as { update_flows: [{ uuid: string }] };
    const flowId = made.update_flows[0].uuid;
    const first = (await orders.fleet.call('POST', '/deployments', {
      device_ids: [orders.devices.two.id, orders.devices.three.id],
      deployment_configuration: { flow_uuid: flowId, parameters_mapping: { version: '1.1.0' } },
    })) as { deployment_id: string };
    const path = `/deployments/${first.deployment_id}`;
    await orders.fleet.call('POST', `${path}/abort`);
    const page = await open();
    await page.goto(`/p/pumps${path}`);
    await page.getByRole('button', { name: 'Retry' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('A new deployment gives the same version').waitFor();
    expect(await dialog.getByText('was saved since').count()).toBe(0);
    await page.keyboard.press('Escape');

    await orders.fleet.call('PUT', `/update-flows/${flowId}`, flow.replace('Fetch', 'Fetch it'));
    await page.reload();
    await page.getByRole('button', { name: 'Retry' }).click();
    await dialog.getByRole('link', { name: 'deploy version 2 to these devices' }).click();
    await deployTo(page, '2 devices').click();
    await page.waitForURL((url) => !url.pathname.endsWith(first.deployment_id) && /\/dp-/.test(url.pathname));
    expect(await newestDeployment()).toMatchObject({
      flow: { id: flowId, version: 2 },
      devices: 2,
      device_filter: {
        groups: [],
        filters: [{ type: 'deployment', operand: 'is', value: 'aborted', deployment_id: first.deployment_id }],
      },
    });
  });

  it('is given again to the devices of then, where its filter selects others by now', async () => {
    const { one, two } = orders.devices;
    await orders.fleet.call('POST', '/tags', { name: 'dry' });
    await orders.fleet.call('PATCH', `/devices/${two.id}`, { tags: ['dry'] });
    const first = (await orders.fleet.call('POST', '/deployments', {
      device_filter: { filters: [{ type: 'tag', operand: 'is_not', value: 'dry' }] },
      deployment_configuration: { flow_uuid: orders.flowId, parameters_mapping: { version: '1.1.0' } },
    })) as { deployment_id: string };
    await orders.fleet.call('PATCH', `/devices/${one.id}`, { tags: ['dry'] });
    const page = await open();
    await page.goto(`/p/pumps/deployments/${first.deployment_id}`);
    await page.getByRole('link', { name: 'Deploy again' }).click();
    await page.getByText('It went to 2 devices; its filter selects 1 now.').waitFor();
    await page.getByRole('button', { name: 'The same devices' }).click();
    await page.getByText('It went to 2 devices: these are selected.').waitFor();
    await deployTo(page, '2 devices').waitFor();
  });

  it('keeps what was typed where another one is to be given again, and asks', async () => {
    const first = (await orders.fleet.call('POST', '/deployments', {
      device_ids: [orders.devices.one.id],
      deployment_configuration: { flow_uuid: orders.flowId, parameters_mapping: { version: '1.1.0' } },
    })) as { deployment_id: string };
    const page = await open(searchOf({ flow: orders.flowId }));
    await field(page, 'Comment').fill('half typed');
    await page.goto(`/p/pumps/deployments/${first.deployment_id}`);
    await page.getByRole('link', { name: 'Deploy again' }).click();
    await page.getByText('A deployment of release (“half typed”) is kept as you left it').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Go on with what I typed' }).click();
    await page.getByText('What you had typed here before is back').waitFor();
    expect(await field(page, 'Comment').inputValue()).toBe('half typed');

    await page.goto(`/p/pumps/deployments/new?again=${first.deployment_id}`);
    await page.getByRole('button', { name: `Drop it, and deploy ${first.deployment_id} again` }).click();
    await page.getByText('It went to 1 device: these are selected.').waitFor();
    expect(await field(page, 'Comment').inputValue()).toBe('');
  });

  it('is not given again where there is no such deployment', async () => {
    const page = await open('?again=dp-none-none');
    await page.getByText('There is no such deployment in this project').waitFor();
    await page.getByRole('link', { name: 'All deployments' }).waitFor();
  });
});
