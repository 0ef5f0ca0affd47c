// How well a judge's stated probabilities hold, as a chart draws it.

import type { Calibration } from '../protocol';
import type { Line } from './lines';

/** The curve from an even guess to certainty: what would be perfect, and each bin with its interval. */
export function calibrationChart(bins: Calibration[]): { xs: number[]; lines: Line[] } {
  const at = new Map(bins.map((bin) => [bin.sure, bin.right]));
  const xs = [...new Set([0.5, ...at.keys(), 1])].sort((one, other) => one - other);
  const intervals = xs.map((x): [number, number] | null => {
    const right = at.get(x);
    return right ? [right.low, right.high] : null;
  });
  return {
    xs,
    lines: [
      { name: 'Perfect calibration', values: xs, colour: 'var(--quiet)', dash: [4, 4], plain: true },
      { name: 'You', values: xs.map((x) => at.get(x)?.rate ?? null), colour: 'var(--ink)', intervals },
    ],
  };
}
