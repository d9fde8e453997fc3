import { describe, expect, it } from 'vitest';
import { faultOfStepText, faultsBeside, faultsOf, isWithin, placeText, stepOf } from './fault-place.rules.ts';

describe('the place of a fault', () => {
  it('is within the flow of its name, also where names hold dots and begin like others', () => {
    const faults = [
      { path: 'flows.a.steps[1].with.path', line: 7, message: 'flows.a.steps[1].with.path must be an absolute path' },
      { path: 'flows.a.b.steps', message: 'flows.a.b.steps is required' },
      { path: 'flows.a.b', message: 'flows.a.b: there is no artifact x yet' },
      { path: '', line: 1, message: 'The text is not valid YAML: no' },
    ];
    const names = ['a', 'a.b'];
    expect(faultsOf(faults, 'a', names)).toEqual([
      { place: 'steps[1].with.path', message: 'Must be an absolute path', line: 7 },
      { place: '', message: 'The text is not valid YAML: no', line: 1 },
    ]);
    expect(faultsOf(faults, 'a.b', names).map(({ place, message }) => [place, message])).toEqual([
      ['steps', 'Is required'],
      ['', 'There is no artifact x yet'],
      ['', 'The text is not valid YAML: no'],
    ]);
  });

  it('is written as the server writes it', () => {
    expect(placeText(['steps', 1, 'with', 'arguments', 0])).toBe('steps[1].with.arguments[0]');
    expect([stepOf('steps[12].name'), stepOf('steps'), stepOf('inputs.steps[1]')]).toEqual([12, null, null]);
  });

  it('is within what stands around it, and not within what only begins alike', () => {
    expect(isWithin('steps[1].with.path', 'steps[1]')).toBe(true);
    expect(isWithin('steps[1].with.env[0]', 'steps[1].with.env')).toBe(true);
    expect(isWithin('steps[1].run-x', 'steps[1].run')).toBe(false);
    expect(isWithin('steps[11].run', 'steps[1]')).toBe(false);
  });

  it('is beside the fields that are shown where none of them shows it', () => {
    const faults = ['steps[0].name', 'steps[0].tiem', 'steps[0]', 'steps[1].name'].map((place) => ({
      place,
      message: 'no',
      line: null,
    }));
    expect(faultsBeside(faults, 'steps[0]', ['steps[0].name']).map(({ place }) => place)).toEqual([
      'steps[0].tiem',
      'steps[0]',
    ]);
    expect(faultOfStepText({ place: 'steps[0].rum', message: 'Is not a known key', line: 1 })).toBe(
      'rum: Is not a known key',
    );
  });
});
