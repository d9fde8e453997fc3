import type { FlowInput } from '@tideway/protocol';
import { describe, expect, it } from 'vitest';
import {
  faultsOfRefusal,
  fieldOfPlace,
  inPageOrder,
  isMissing,
  orderFaults,
  sectionOfField,
} from './order-faults.rules.ts';
import { emptyValues } from './order-values.rules.ts';

const input: FlowInput = { description: null, required: false, default: null, pattern: null, secret: false };
const values = { ...emptyValues, flow: 'f-0000-0001' };

describe('a place in the order', () => {
  it.each([
    ['deployment_configuration.flow_uuid', 'flow', 'flow'],
    ['device_filter.filters[0].value', 'filter', 'devices'],
    ['device_filter.groups[1].name', 'filter', 'devices'],
    ['device_filter', 'filter', 'devices'],
    ['device_ids[3]', 'devices', 'devices'],
    ['deployment_configuration.parameters_mapping.version', 'parameters.version', 'values'],
    ['deployment_configuration.parameters_mapping.a.b', 'parameters.a.b', 'values'],
    ['deployment_configuration.parameters_mapping', 'parameters', 'values'],
    ['configuration.upload', 'configuration', 'values'],
    ['deployment_configuration.app.name', 'appName', 'details'],
    ['deployment_configuration.app.version', 'appVersion', 'details'],
    ['deployment_configuration.comment', 'comment', 'details'],
    ['schedule.start_at', 'startAt', 'details'],
    ['expires_in', 'expiresIn', 'details'],
    ['timeout', 'timeout', 'details'],
    ['abort_deadline', 'abortDeadline', 'details'],
    ['supersede', 'supersede', 'details'],
    ['max_failures', 'maxFailures', 'details'],
  ] as const)('%s has its field and step', (place, field, section) => {
    expect(fieldOfPlace(place)).toBe(field);
    expect(sectionOfField(field)).toBe(section);
  });

  it('that the page has not is of no field', () => {
    expect([fieldOfPlace('Idempotency-Key'), fieldOfPlace(null), fieldOfPlace('')]).toEqual([null, null, null]);
  });
});

describe('what is wrong with a form', () => {
  it('is nothing where all is as it should be', () => {
    expect(orderFaults(values, {})).toEqual({});
  });

  it('is said by the schemas of the API, each at its field', () => {
    const faults = orderFaults(
      {
        ...values,
        expiresIn: 'soon',
        timeout: '0s',
        abortDeadline: '9999d',
        maxFailures: '200%',
        startAt: 'tomorrow',
        comment: 'x'.repeat(1001),
        appName: 'irrigation',
        appVersion: 'v'.repeat(129),
      },
      {},
    );
    expect(faults).toEqual({
      expiresIn: 'must be a duration such as 90s, 15m, 2h or 7d',
      timeout: 'must be a duration such as 90s, 15m, 2h or 7d',
      abortDeadline: 'must be a duration such as 90s, 15m, 2h or 7d, of at most 3650d',
      maxFailures: 'must be a number of updates such as 5, or a percentage such as 10%',
      startAt: 'must be a time such as 2030-01-31T04:00:00Z',
      comment: 'must have at most 1000 characters',
      appVersion: 'must have at most 128 characters',
    });
  });

  it('is a value that the flow does not take', () => {
    const inputs = {
      version: { ...input, required: true },
      channel: { ...input, pattern: 'stable|beta' },
      usual: { ...input, required: true, default: 'x' },
      token: { ...input, secret: true, pattern: '[a-z]+' },
    };
    const typed = { ...values, parameters: { channel: 'stable beta' }, secrets: { token: 'A' } };
    expect(orderFaults(typed, inputs)).toEqual({
      'parameters.version': 'needs a value',
      'parameters.channel': 'must match the pattern stable|beta',
      'parameters.token': 'must match the pattern [a-z]+',
    });
    expect(isMissing('parameters.version', typed, inputs)).toBe(true);
    expect(isMissing('parameters.channel', typed, inputs)).toBe(false);
  });

  it('is a configuration that is no object, or too large', () => {
    expect(orderFaults({ ...values, configuration: '[1]' }, {}).configuration).toBe('must be a JSON object');
    expect(orderFaults({ ...values, configuration: '{"a":' }, {}).configuration).toMatch(/^must be a JSON object: /);
    const large = JSON.stringify({ a: 'ü'.repeat(33_000) });
    expect(orderFaults({ ...values, configuration: large }, {}).configuration).toBe('must have at most 64 KiB');
  });

  it('is told from the top of the page to its end', () => {
    const faults = {
      maxFailures: '',
      configuration: '',
      'parameters.b': '',
      'parameters.a': '',
      appName: '',
      flow: '',
    };
    expect(inPageOrder(faults).map(([field]) => field)).toEqual([
      ...['flow', 'parameters.b', 'parameters.a', 'configuration', 'appName', 'maxFailures'],
    ]);
  });

  it('is half an app', () => {
    expect(Object.keys(orderFaults({ ...values, appName: 'irrigation' }, {}))).toEqual(['appVersion']);
    expect(Object.keys(orderFaults({ ...values, appVersion: '1' }, {}))).toEqual(['appName']);
  });
});

describe('a refusal', () => {
  it('stands at the fields of all that it lists', () => {
    const path = 'deployment_configuration.parameters_mapping.version';
    const faults = [
      { path, message: 'The flow needs the artifact app/2.tar.gz, which does not exist' },
      { path: 'expires_in', message: 'expires_in is over before schedule.start_at' },
    ];
    expect(faultsOfRefusal({ field: path, message: 'Two things are wrong', faults })).toEqual({
      byField: { 'parameters.version': faults[0]?.message, expiresIn: faults[1]?.message },
      other: null,
    });
  });

  it('is kept where it belongs to no field', () => {
    const message = 'This Idempotency-Key was used with another order';
    expect(faultsOfRefusal({ field: 'Idempotency-Key', message, faults: [] })).toEqual({ byField: {}, other: message });
  });
});
