import { describe, expect, it } from 'vitest';
import { tags } from './label-kind.ts';
import { namesToMake, offeredNames, staysText, withTyped } from './new-labels.rules.ts';

describe('names that devices are to carry', () => {
  it('are made once each where they are not there, in capitals or not', () => {
    expect(namesToMake(['winter', 'canary', 'Winter', 'canary'], ['winter'])).toEqual(['canary', 'Winter']);
    expect(namesToMake([''], ['winter'])).toEqual([]);
  });

  it('are not taken for new as long as it is not known which are there', () => {
    expect(namesToMake(['winter'], null)).toEqual([]);
  });

  it('are offered with the one that is typed, to who may make it', () => {
    expect(offeredNames(['winter'], ' canary ', true)).toEqual(['winter', 'canary']);
    expect(offeredNames(['winter'], 'winter', true)).toEqual(['winter']);
    expect(offeredNames(['winter'], '', true)).toEqual(['winter']);
    expect(offeredNames(['winter'], 'canary', false)).toEqual(['winter']);
  });

  it('are offered in the order of how like what is typed they are', () => {
    const known = ['Far North', 'North East', 'NORTH', 'North', 'South'];
    expect(offeredNames(known, 'North', true)).toEqual(['North', 'NORTH', 'North East', 'Far North', 'South']);
    expect(offeredNames(known, 'nort', true)).toEqual(['North East', 'NORTH', 'North', 'Far North', 'South', 'nort']);
    expect(offeredNames(known, '', true)).toEqual(known);
  });

  it('are said to be left where they were made for nothing', () => {
    expect(staysText(tags, ['winter'])).toMatch(/^The tag winter was made for a change/);
    expect(staysText(tags, ['winter', 'canary'])).toMatch(/^The tags winter, canary were made for a change/);
  });

  it('count where they are typed and not confirmed', () => {
    expect(withTyped(['winter'], ' canary ')).toEqual(['winter', 'canary']);
    expect(withTyped(['winter'], 'winter')).toEqual(['winter']);
    expect(withTyped(['winter'], ' ')).toEqual(['winter']);
  });
});
