import { expect, test } from 'vitest';

import { logScore, mean, wilson } from './statistics';

test('Wilson’s interval is that of the textbooks', () => {
  // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  for (const [won, of, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    const [from, to] = wilson(won, of);
    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  }
  expect(wilson(20, 20)[1]).toBe(1);
  expect(wilson(0, 0)).toEqual([0, 1]);
});

test('the log score is 0 for a guess, 1 for certainty between two, and without bound below', () => {
  expect(logScore(0.5, 2)).toBe(0);
  expect(logScore(1, 2)).toBe(1);
  expect(logScore(0.1, 10)).toBeCloseTo(0);
  expect(logScore(0.01, 2)).toBeCloseTo(-5.64, 2);
});

test('a mean of nothing is none', () => {
  expect(mean([])).toBeNull();
  expect(mean([1, 2, 6])).toBe(3);
});
