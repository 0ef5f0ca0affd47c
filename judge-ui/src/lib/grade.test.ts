import { describe, expect, test } from 'vitest';

import { logits, reveal, snapshot, verdict } from '../test/debates';
import { classifierGrade, inSum, judged } from './grade';
import { believed, fold, type News, type State } from './state';

const play = (...news: News[]): State => news.reduce<State | null>((state, one) => fold(state, one), null)!;
const going = play({ type: 'snapshot', ...snapshot() }, reveal(1, 'first', 1, 64), reveal(2, 'second', 3, 255));
const judging = { mode: 'moves', started: 1000 } as const;

describe('a judgement', () => {
  test('is none before the truth is told', () => {
    expect(judged(going, judging, 2000)).toBeNull();
    expect(classifierGrade(going)).toBeNull();
  });

  test('gives the truth what was stated last, whoever claimed it', () => {
    const state = fold(believed(believed(going, 0, 0.5), 2, 0.3), verdict(3, 0.7))!;
    expect(judged(state, judging, 5000)).toEqual({
      debate: 'd', at: 5000, ms: 4000, pixels: 2, among: 2, mode: 'moves', beliefs: [0.5, 0.3], right: true, given: 0.7, classifier: null, others: null,
    });
  });

  test('against one’s own belief has the belief’s score', () => {
    const state = fold(believed(going, 2, 0.3), verdict(7, 0.3))!;
    expect(judged(state, judging, 5000)).toMatchObject({ right: false, given: 0.7 });
  });

  test('without beliefs has the verdict’s probability', () => {
    expect(judged(fold(going, verdict(3, 0.9))!, judging, 0)).toMatchObject({ right: true, given: 0.9 });
    expect(judged(fold(going, verdict(7, 0.75))!, judging, 0)).toMatchObject({ right: false, given: 0.25 });
    expect(judged(fold(going, verdict(7, null))!, judging, 0)).toMatchObject({ right: false, given: null });
  });

  test('as one judge of several is of the own verdict, and none where that is not known', () => {
    const panel = play({ type: 'snapshot', ...snapshot({ answered: true }) }, reveal(1, 'first', 1, 64), reveal(2, 'second', 3, 255), verdict(7, null));
    expect(judged(panel, judging, 0)).toBeNull();
    expect(judged(panel, { ...judging, answer: { label: 3, probability: 0.9 } }, 0)).toMatchObject({ right: true, given: 0.9 });
    expect(judged(going, { ...judging, answer: { label: 3, probability: 0.9 } }, 0)).toBeNull();
  });

  test('a wrong one among all labels says nothing of the truth', () => {
    const open = play(
      { type: 'snapshot', ...snapshot({ view: { ...snapshot().view, claims: { first: null, second: null }, rules: { ...snapshot().view.rules, precommit: false } } }) },
      reveal(1, 'first', 1, 64),
      reveal(2, 'second', 3, 255),
    );
    expect(judged(fold(open, verdict(5, 0.4))!, judging, 0)).toMatchObject({ among: 10, right: false, given: null });
    expect(judged(fold(open, verdict(3, 0.4))!, judging, 0)).toMatchObject({ among: 10, right: true, given: 0.4 });
  });
});

test('the classifier is graded on all of the evidence', () => {
  const over = fold(going, verdict(7, 0.6))!;
  const opinion = (seq: number, named: Record<number, number>) => ({ type: 'opinion', debate: 'd', seq, logits: logits(named) }) as const;
  const one = fold(over, opinion(1, { 7: 5, 3: 0 }))!;
  expect(classifierGrade(one)).toBeNull();
  expect(classifierGrade(fold(one, opinion(2, { 7: 0, 3: Math.log(3) }))!)).toEqual({ right: true, given: expect.closeTo(0.75) });
});

test('verdicts of others are summed', () => {
  const score = (right: number, of: number, scored: number, score: number | null) => ({ judge: 'j', right, of, scored, score });
  expect(inSum([score(1, 2, 1, 0.5), score(3, 4, 2, -1), score(0, 1, 0, null)])).toEqual({ right: 4, of: 7, scored: 3, scores: -1.5 });
  expect(inSum([])).toEqual({ right: 0, of: 0, scored: 0, scores: 0 });
});
