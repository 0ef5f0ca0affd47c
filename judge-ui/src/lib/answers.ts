// The answers between which a judge chooses, by keys. A key chooses one; another, Enter, gives it: the verdict is final,
// and whoever types a label and Enter, as into a field, gives it once and sees the truth.

/**
 * Which of the answers a key chooses, by its place; null where it chooses none.
 *
 * @param names What the answers are called, in order.
 * @param at The one that is chosen now; below 0 for none.
 */
export function chosenBy(key: string, names: string[], at: number): number | null {
  const named = names.indexOf(key);
  if (named >= 0) return named;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (step === undefined || names.length === 0) return null;
  if (at < 0) return step > 0 ? 0 : names.length - 1;
  return (at + step + names.length) % names.length;
}
