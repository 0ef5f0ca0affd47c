// Debates for tests, as the server tells them.

import type { Ending, Snapshot, Told, View } from '../protocol';

/** An image of 4 by 1 pixels. */
export const image = { width: 4, height: 1, pixels: btoa('\0\x40\x80\xff') };

/** What a spectator or the judge sees at the beginning: 7 or 3, of two pixels. */
export const view = (more: Partial<View> = {}): View => ({
  seat: 'judge',
  rules: { pixels: 2, precommit: true, first: null, order: 'alternating', legal: 'nonzero' },
  classes: 10,
  width: 4,
  height: 1,
  claims: { first: 7, second: 3 },
  evidence: [],
  to_move: 'first',
  image: null,
  role: null,
  truth: null,
  verdict: null,
  outcome: null,
  ...more,
});

export const snapshot = (more: Partial<Snapshot> = {}): Snapshot => ({
  debate: 'd',
  seq: 0,
  view: view(),
  turn: { seat: 'first', seq: 1 },
  background: null,
  visibility: 'public',
  judge_may_be_influenced: false,
  beliefs: null,
  ...more,
});

/** A reveal as it is told. */
export const reveal = (seq: number, by: 'first' | 'second', x: number, value: number): { type: 'event' } & Told => ({
  type: 'event',
  debate: 'd',
  seq,
  event: { type: 'reveal', by, pixel: [x, 0], value },
  to_move: by === 'first' ? 'second' : null,
  turn: { seat: by === 'first' ? 'second' : 'judge', seq: seq + 1 },
});

/** What is told in the end: the first debater is the liar, and it was a 3. */
export const ending: Ending = {
  outcome: { winner: 'honest', reason: 'verdict' },
  truth: { label: 3, first: 'liar', image },
  background: { source: { dataset: 'mnist-test', index: 4 }, players: { honest: 'greedy', liar: 'greedy', judge: 'outside:Jo' } },
};

/** The verdict, with its ending. */
export const verdict = (label: number, probability: number | null): { type: 'event' } & Told => ({
  type: 'event',
  debate: 'd',
  seq: 3,
  event: { type: 'verdict', verdict: { type: 'label', label, probability }, outcome: ending.outcome },
  to_move: null,
  ending: { ...ending, outcome: { winner: label === 3 ? 'honest' : 'liar', reason: 'verdict' } },
});

/** Logits of ten classes, those not named far below. */
export const logits = (named: Record<number, number>): number[] => Array.from({ length: 10 }, (_, label) => named[label] ?? -9);
