// How well a judge's stated probabilities hold.

import type { Line } from './lines';
import { mean, wilson } from './statistics';

/** How often the judge was right where it was so sure. */
export interface Bin {
  /** The mean of the stated probabilities. */
  stated: number;
  /** The share of them that were right. */
  right: number;
  low: number;
  high: number;
  count: number;
}

/**
 * A calibration curve: probabilities given to the truth, folded so that the favoured claim's counts,
 * in five bins from 0.5 to 1. Of those that favour neither claim half are right.
 */
export function calibration(givenToTruth: number[]): Bin[] {
  const BINS = 5;
  const folded = givenToTruth.map((given) => ({
    stated: Math.max(given, 1 - given),
    right: given === 0.5 ? 0.5 : Number(given > 0.5),
  }));
  return Array.from({ length: BINS }, (_, bin) => {
    const inside = folded.filter(({ stated }) => Math.min(BINS - 1, Math.floor((stated - 0.5) * 2 * BINS + 1e-9)) === bin);
    const count = inside.length;
    const right = inside.reduce((sum, one) => sum + one.right, 0);
    const [low, high] = wilson(right, count);
    return { stated: mean(inside.map(({ stated }) => stated)) ?? 0, right: right / Math.max(1, count), low, high, count };
  }).filter(({ count }) => count > 0);
}

/** The curve as a chart draws it, from an even guess to certainty: what would be perfect, and each bin with its interval. */
export function calibrationChart(bins: Bin[]): { xs: number[]; lines: Line[] } {
  const at = new Map(bins.map((bin) => [bin.stated, bin]));
  const xs = [...new Set([0.5, ...at.keys(), 1])].sort((one, other) => one - other);
  const intervals = xs.map((x): [number, number] | null => {
    const bin = at.get(x);
    return bin ? [bin.low, bin.high] : null;
  });
  return {
    xs,
    lines: [
      { name: 'Perfect calibration', values: xs, colour: 'var(--quiet)', dash: [4, 4], plain: true },
      { name: 'You', values: xs.map((x) => at.get(x)?.right ?? null), colour: 'var(--ink)', intervals },
    ],
  };
}
