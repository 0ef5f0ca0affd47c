import { describe, expect, test } from 'vitest';

import { image, logits, reveal, snapshot, verdict, view } from '../test/debates';
import { classifierCurves, judgeBeliefs, probability, toneOfLabel, watchedLabels } from './belief';
import { after, choices, claimant, claimed, lead, roleOf, shownReveals, toneOf, values, verdictLabel } from './debate';
import { believed, fold, type News, type State } from './state';

const play = (...news: News[]): State => news.reduce<State | null>((state, one) => fold(state, one), null)!;
const begun = { type: 'snapshot', ...snapshot() } as const;
const going = play(begun, reveal(1, 'first', 1, 64), reveal(2, 'second', 3, 255));
const over = fold(believed(going, 0, 0.4), verdict(3, 0.8))!;
const open = play({ type: 'snapshot', ...snapshot({ view: view({ claims: { first: null, second: null }, rules: { ...view().rules, precommit: false } }) }) });

describe('roles and tones', () => {
  test('are secret before the end, to all but the debaters', () => {
    expect([roleOf(going, 'first'), toneOf(going, 'first'), toneOf(going, 'second')]).toEqual([null, 'first', 'second']);
    expect([toneOf(over, 'first'), toneOf(over, 'second')]).toEqual(['liar', 'honest']);
    const debater = play({ ...begun, view: view({ seat: 'first', role: 'honest', rules: { ...view().rules, first: 'honest' } }) });
    expect(toneOf(debater, 'second')).toBe('liar');
  });

  test('reveals are numbered, and keep their places when the roles are told', () => {
    expect(shownReveals(going).map(({ number, tone }) => [number, tone])).toEqual([[1, 'first'], [2, 'second']]);
    expect(shownReveals(over).map(({ by, tone }) => [by, tone])).toEqual([['first', 'liar'], ['second', 'honest']]);
  });
});

test('a debate as it stood has that much evidence, opinion and belief', () => {
  const told = fold(fold(over, { type: 'opinion', debate: 'd', seq: 1, logits: logits({}) })!, { type: 'opinion', debate: 'd', seq: 2, logits: logits({}) })!;
  const then = after({ ...told, beliefs: [0.1, 0.2, 0.3] }, 1);
  expect([then.view.evidence.length, then.logits.length, then.beliefs]).toEqual([1, 1, [0.1, 0.2]]);
  expect(after(told, 2)).toBe(told);
});

test('the judge decides between the claims, or all labels', () => {
  expect(choices(going)).toEqual([7, 3]);
  expect(choices(open)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([claimant(going, 3), claimant(going, 5), claimant(open, 3)]).toEqual(['second', null, null]);
});

test('two labels are not two claims', () => {
  const two = { ...open, view: { ...open.view, classes: 2 } };
  expect(choices(two)).toEqual([0, 1]);
  expect([going, open, two].map(claimed)).toEqual([true, false, false]);
  expect(watchedLabels({ ...two, logits: [[1, 0], [0, 1]] })).toEqual([0, 1]);
});

test('the lead is over the next among those that count', () => {
  expect(lead(logits({ 7: 1, 3: 0.25, 5: 8 }), [7, 3])).toEqual({ label: 7, by: 0.75 });
});

test('the verdict is a label, however it was given', () => {
  expect(verdictLabel(going)).toBeNull();
  expect(verdictLabel(over)).toBe(3);
  expect(verdictLabel({ ...going, view: { ...going.view, verdict: { type: 'logits', logits: logits({ 7: 2, 3: 1, 5: 4 }) } } })).toBe(7);
});

test('an image’s values come row by row', () => {
  expect([...values(image)]).toEqual([0, 64, 128, 255]);
});

describe('beliefs', () => {
  test('logits give probabilities among those that count, however large', () => {
    expect(probability(logits({ 7: Math.log(3), 3: 0 }), 7, [7, 3])).toBeCloseTo(0.75);
    expect(probability(logits({ 7: 1000, 3: 0 }), 3, [7, 3])).toBeCloseTo(0);
  });

  test('curves begin with the first reveal, for the truth once it is told', () => {
    const told = fold(over, { type: 'opinion', debate: 'd', seq: 1, logits: logits({ 7: 0, 3: 0 }) })!;
    expect(watchedLabels(going)).toEqual([7]);
    expect(classifierCurves(told)).toEqual([{ label: 3, tone: 'honest', values: [null, 0.5] }]);
    expect(toneOfLabel(over, 5)).toBe('plain');
  });

  test('an outside judge’s are those stated, else the verdict’s own', () => {
    expect(judgeBeliefs(over)).toEqual([{ after: 0, belief: 0.4 }]);
    expect(judgeBeliefs(fold(going, verdict(3, 0.8))!)).toEqual([{ after: 2, belief: expect.closeTo(0.2) }]);
    expect(judgeBeliefs(fold(going, verdict(3, null))!)).toEqual([]);
    expect(judgeBeliefs({ ...going, beliefs: [0.1, null, 0.3] })).toEqual([{ after: 0, belief: 0.1 }, { after: 2, belief: 0.3 }]);
  });
});
