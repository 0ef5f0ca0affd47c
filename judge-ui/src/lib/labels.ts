// What labels are called, and how much room that takes: a digit, a letter, or words.

import type { State } from './state';

/** The names of the labels of a debate: the server's own, unless the debate is over other data. */
export function namesOf(state: State | null, offered: string[] | undefined): string[] {
  return state?.labels ?? offered ?? [];
}

/** How large names may be written that stand together. */
export type Size = 'short' | 'long' | 'longer';

export function sizeOf(names: string[]): Size {
  const letters = names.map((name) => [...name].length);
  if (letters.every((length) => length <= 2)) return 'short';
  return letters.reduce((sum, length) => sum + length, 0) <= 24 ? 'long' : 'longer';
}

/** The longest of some names, in letters, as far as columns are made for it. */
export function widest(names: string[], most: number): number {
  return Math.min(most, Math.max(1, ...names.map((name) => [...name].length)));
}

/** How many labels are looked at one by one; of more than that, those that matter. */
export const FEW = 12;

/** How many of many labels are shown. */
const SHOWN = 8;

/**
 * The labels that matter of those between which is decided, the likeliest first where there are many.
 *
 * @param logits What the classifier makes of them now; null where it is not known.
 * @param always Those that are shown in any case: the truth and the verdict.
 */
export function foremost(among: number[], logits: number[] | null, always: (number | null | undefined)[]): number[] {
  if (among.length <= FEW) return among;
  const wanted = new Set(always.filter((label) => label != null));
  if (!logits) return among.filter((label) => wanted.has(label));
  const ranked = [...among].sort((a, b) => logits[b]! - logits[a]!);
  return ranked.filter((label, rank) => rank < SHOWN || wanted.has(label));
}
