import { describe, expect, test } from 'vitest';

import { calibration, calibrationChart } from './calibration';

describe('a calibration curve', () => {
  test('counts what was given to the favoured claim', () => {
    const bins = calibration([0.9, 0.1, 0.95, 0.55]);
    expect(bins.map(({ count, right }) => [count, right])).toEqual([
      [1, 1],
      [3, 2 / 3],
    ]);
    expect(bins[1]!.stated).toBeCloseTo((0.9 + 0.9 + 0.95) / 3);
  });

  test('has every place in one bin, the ends included', () => {
    const given = Array.from({ length: 101 }, (_, index) => index / 100);
    const bins = calibration(given);
    expect(bins).toHaveLength(5);
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(101);
    for (const { low, right, high } of bins) expect(low <= right && right <= high).toBe(true);
  });

  test('takes an even guess for half right', () => {
    expect(calibration([0.5, 0.5])).toMatchObject([{ stated: 0.5, right: 0.5, count: 2 }]);
    expect(calibration([])).toEqual([]);
  });
});

describe('its chart', () => {
  test('has the diagonal from end to end and the interval also of a single bin', () => {
    const [bin] = calibration([0.8, 0.8, 0.2]);
    const { xs, lines } = calibrationChart([bin!]);
    expect(xs).toEqual([0.5, bin!.stated, 1]);
    const [perfect, you] = lines;
    expect(perfect!.values).toEqual(xs);
    expect(you!.values).toEqual([null, bin!.right, null]);
    expect(you!.intervals).toEqual([null, [bin!.low, bin!.high], null]);
  });

  test('has each place once where bins lie at the ends', () => {
    expect(calibrationChart(calibration([0.5, 1])).xs).toEqual([0.5, 1]);
  });
});
