import { deploymentBodySchema, type FlowInput } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import { emptyValues, orderBody, readConfiguration } from './order-values.rules.ts';

const input: FlowInput = { description: null, required: false, default: null, pattern: null, secret: false };

describe('the order of a form', () => {
  it('says nothing of what was left empty', () => {
    const body = orderBody({ ...emptyValues, flow: 'f-0000-0001' }, {});
    expect(body).toEqual({ device_filter: {}, deployment_configuration: { flow_uuid: 'f-0000-0001' } });
    expect(deploymentBodySchema().safeParse(body).success).toBe(true);
  });

  it('holds all that was typed, in the forms of the API', () => {
    const body = orderBody(
      {
        ...emptyValues,
        flow: 'f-0000-0001',
        filter: { groups: [{ name: 'North' }], filters: [{ type: 'tag', operand: 'is', value: 'humid' }] },
        devices: ['d-0000-0001'],
        parameters: { version: '1.1.0', stale: 'of another flow' },
        secrets: { password: 'hunter2' },
        configuration: '{ "log_level": "info" }',
        appName: 'irrigation',
        appVersion: ' v3 ',
        comment: 'valve fix',
        startAt: '2030-01-31T04:00',
        expiresIn: '7d',
        timeout: '2h',
        abortDeadline: '5m',
        supersede: 'same_app',
        maxFailures: '5',
      },
      { version: input, password: { ...input, secret: true } },
    );
    expect(body).toEqual({
      device_filter: { groups: [{ name: 'North' }], filters: [{ type: 'tag', operand: 'is', value: 'humid' }] },
      device_ids: ['d-0000-0001'],
      deployment_configuration: {
        flow_uuid: 'f-0000-0001',
        parameters_mapping: { version: '1.1.0', password: 'hunter2' },
        comment: 'valve fix',
        app: { name: 'irrigation', version: 'v3' },
      },
      configuration: { log_level: 'info' },
      schedule: { start_at: new Date(2030, 0, 31, 4).toISOString() },
      expires_in: '7d',
      timeout: '2h',
      abort_deadline: '5m',
      supersede: 'same_app',
      max_failures: 5,
    });
    expect(deploymentBodySchema().safeParse(body).success).toBe(true);
  });

  it('has a percentage as a text', () => {
    expect(orderBody({ ...emptyValues, maxFailures: '10%' }, {}).max_failures).toBe('10%');
  });
});

describe('the text of a configuration', () => {
  it('is an object, or nothing', () => {
    expect(readConfiguration(' ')).toEqual({});
    expect(readConfiguration('{"a":1}')).toEqual({ a: 1 });
    for (const text of ['[]', '"a"', 'null', '{', '{a: 1}']) expect(readConfiguration(text)).toBeNull();
  });
});
