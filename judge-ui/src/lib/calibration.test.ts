import { expect, test } from 'vitest';

import type { Calibration } from '../protocol';
import { calibrationChart } from './calibration';

const bin = (sure: number, rate: number): Calibration => ({ sure, of: 4, right: { rate, low: rate / 2, high: (1 + rate) / 2 } });

test('the chart has the diagonal from end to end and the interval also of a single bin', () => {
  const { xs, lines } = calibrationChart([bin(0.8, 0.5)]);
  expect(xs).toEqual([0.5, 0.8, 1]);
  const [perfect, you] = lines;
  expect(perfect!.values).toEqual(xs);
  expect(you!.values).toEqual([null, 0.5, null]);
  expect(you!.intervals).toEqual([null, [0.25, 0.75], null]);
});

test('it has each place once where bins lie at the ends', () => {
  expect(calibrationChart([bin(0.5, 0.5), bin(1, 1)]).xs).toEqual([0.5, 1]);
});
