import { describe, expect, test } from 'vitest';

import { judging, progress } from './judging';

describe('judging with a belief after each reveal', () => {
  const at = (beliefs: (number | null)[], made: number) => progress('moves', beliefs, made, 3);

  test('a reveal is shown when the belief before it is stated', () => {
    expect(at([], 2)).toEqual({ shown: 0, step: 'belief', due: 0, last: null });
    expect(at([0.5], 2)).toEqual({ shown: 1, step: 'belief', due: 1, last: 0.5 });
    expect(at([0.5, 0.6], 1)).toEqual({ shown: 1, step: 'wait', due: 2, last: 0.6 });
  });

  test('the verdict comes after the belief in all of it', () => {
    expect(at([0.5, 0.6, 0.7], 3)).toEqual({ shown: 3, step: 'belief', due: 3, last: 0.7 });
    expect(at([0.5, 0.6, 0.7, 0.8], 3)).toEqual({ shown: 3, step: 'verdict', due: 3, last: 0.8 });
  });

  test('it goes on from what the server has, whatever was left out', () => {
    expect(at([0.5, null, 0.3], 3)).toEqual({ shown: 3, step: 'belief', due: 3, last: 0.3 });
    expect(at([null, null, null, 0.3], 3).step).toBe('verdict');
  });
});

describe('judging the whole debate at once', () => {
  const at = (beliefs: (number | null)[], made: number) => progress('whole', beliefs, made, 3);

  test('nothing is shown before all is revealed', () => {
    expect(at([], 0)).toEqual({ shown: 0, step: 'belief', due: 0, last: null });
    expect(at([0.5], 2)).toEqual({ shown: 0, step: 'wait', due: 3, last: 0.5 });
    expect(at([0.5], 3)).toEqual({ shown: 3, step: 'belief', due: 3, last: 0.5 });
    expect(at([0.5, null, null, 0.9], 3)).toEqual({ shown: 3, step: 'verdict', due: 3, last: 0.9 });
  });
});

test('a window that may keep nothing judges all the same', () => {
  expect(judging('d', 'whole')).toBe('whole');
});
