import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeSessionValue, type SessionValues } from './session-value.rules.ts';

describe('the session value', () => {
  it('never takes a device for a copy that keeps what it is given, however many answers are lost', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (answersArrive) => {
        let known: SessionValues = { presented: null, successor: null };
        let kept: string | null = null;
        for (const [index, arrives] of answersArrive.entries()) {
          expect(judgeSessionValue(known, kept)).toBe('known');
          const given = `value-${index}`;
          known = { presented: kept, successor: given };
          if (arrives) kept = given;
        }
      }),
    );
  });

  it('shows a state that was restored from further back', () => {
    expect(judgeSessionValue({ presented: 'two', successor: 'three' }, 'one')).toBe('copied');
    expect(judgeSessionValue({ presented: 'two', successor: 'three' }, null)).toBe('copied');
  });

  it('shows a copy as soon as both have spoken, whichever is the first', () => {
    fc.assert(
      fc.property(fc.boolean(), (copySpeaksFirst) => {
        // Both hold the value "start"; each keeps what it is given.
        const kept = { original: 'start', copy: 'start' };
        let known: SessionValues = { presented: 'before', successor: 'start' };
        const speak = (who: 'original' | 'copy', given: string) => {
          const verdict = judgeSessionValue(known, kept[who]);
          known = { presented: kept[who], successor: given };
          kept[who] = given;
          return verdict;
        };
        const [first, second] = copySpeaksFirst ? (['copy', 'original'] as const) : (['original', 'copy'] as const);
        const verdicts = [speak(first, 'a'), speak(second, 'b'), speak(first, 'c')];
        expect(verdicts).toContain('copied');
      }),
    );
  });

  it('takes any value where none was ever given, as after a new key', () => {
    expect(judgeSessionValue({ presented: null, successor: null }, 'from before')).toBe('known');
  });
});
