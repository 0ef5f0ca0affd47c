// The statistics of a judge's record.

/** The normal quantile of a two-sided interval of 95 %. */
const Z = 1.959964;

/** Wilson's score interval of 95 % for a share, as [low, high]; [0, 1] for none of none. */
export function wilson(successes: number, trials: number): [number, number] {
  if (trials === 0) return [0, 1];
  const share = successes / trials;
  const spread = Z * Z / trials;
  const centre = share + spread / 2;
  const reach = Z * Math.sqrt((share * (1 - share)) / trials + spread / (4 * trials));
  const bound = (value: number) => Math.min(1, Math.max(0, value / (1 + spread)));
  return [bound(centre - reach), bound(centre + reach)];
}

/**
 * The log score of the probability that was given to the truth, in bits above a guess: 0 for an even
 * guess among the choices, log2(choices) for certainty, and without bound below. It is proper: on
 * average nobody does better than by saying what they believe.
 */
export function logScore(probability: number, among: number): number {
  return Math.log2(probability * among);
}

export function mean(values: number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
