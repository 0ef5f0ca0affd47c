// What an item's screen says, as the page needs it.

import type { Debater, Glance, ItemScreen } from '../protocol';

/** How an answer and the pixels that are shown for it look: as one of two, or like all others. */
export type Side = Debater | 'plain';

/** A pixel on the board. */
export interface Shown {
  /** From 1. */
  number: number;
  /** The shape: a disc or a square. */
  by: Debater;
  pixel: [number, number];
  value: number;
  tone: Side;
  /** The name of the answer that whoever shows it argues for; null where nobody argues. */
  claim: string | null;
}

/** How an answer looks: the first of two and the second have colours and shapes of their own. */
export function sideOf({ answers }: Pick<ItemScreen, 'answers'>, label: number | null): Side {
  const at = answers.findIndex(([one]) => one === label);
  if (answers.length !== 2 || at < 0) return 'plain';
  return at === 0 ? 'first' : 'second';
}

export function nameOf({ answers }: Pick<ItemScreen, 'answers'>, label: number | null): string | null {
  return answers.find(([one]) => one === label)?.[1] ?? null;
}

/** The pixels that are shown, in order; what is shown beside them in the end is last. */
export function pixels(item: Pick<ItemScreen, 'answers' | 'shown' | 'more'>): Shown[] {
  return [...item.shown, ...item.more].map(({ x, y, value, for: label }: Glance, index) => {
    const tone = sideOf(item, label);
    return { number: index + 1, by: tone === 'second' ? 'second' : 'first', pixel: [x, y], value, tone, claim: nameOf(item, label) };
  });
}

/** How bright a pixel is, as far as words go. */
export type Brightness = 'black' | 'dark' | 'medium' | 'bright' | 'white';

export function brightness(value: number): Brightness {
  if (value === 0) return 'black';
  if (value === 255) return 'white';
  return value < 86 ? 'dark' : value < 171 ? 'medium' : 'bright';
}

/** The belief that was given last, as the probability of the first answer; null before any was. */
export const lastBelief = ({ beliefs }: Pick<ItemScreen, 'beliefs'>): number | null => beliefs.at(-1)?.[1] ?? null;

/** What is asked and what it is about: while that stays, so does what has been set to answer it. */
export const matter = ({ number, shown, asks }: ItemScreen): string => [number, shown.length, asks.what].join('/');
