import { describe, expect, test } from 'vitest';

import { logits, reveal, snapshot, verdict, view } from '../test/debates';
import { believed, fold, type News, type State } from './state';
import {
  announce, claimantName, classifierToo, clock, duration, evidence, fault, judgeName, lastBelief, percent, place, playerName, result, signed, verdictText,
  withArticle,
} from './words';

const classes = [...'0123456789'];
const play = (...news: News[]): State => news.reduce<State | null>((state, one) => fold(state, one), null)!;
const going = play({ type: 'snapshot', ...snapshot() }, reveal(1, 'first', 1, 64), reveal(2, 'second', 3, 255));

test('players and judges have names', () => {
  expect([undefined, 'outside', 'outside:Jo', 'mcts:100'].map(playerName)).toEqual(['unknown', 'somebody unnamed', 'Jo', 'mcts:100']);
  expect(['classifier:6', 'outside:Jo'].map(judgeName)).toEqual(['Classifier for 6 pixels', 'Jo']);
});

test('digits have articles, other classes none', () => {
  expect(['8', '1', 'cat'].map(withArticle)).toEqual([['an', '8'], ['a', '1'], ['', 'cat']]);
});

test('numbers have signs and shares percents', () => {
  expect([signed(1.234), signed(-1.235, 1), signed(0)]).toEqual(['+1.23', '−1.2', '+0.00']);
  expect([percent(0.256), percent(1)]).toEqual(['26 %', '100 %']);
});

test('clocks round up, so that 0:00 is the end', () => {
  expect([0, 1, 59_999, 60_000, 3_600_000, -5].map(clock)).toEqual(['0:00', '0:01', '1:00', '1:00', '1:00:00', '0:00']);
  expect([59_400, 59_600, 125_000].map(duration)).toEqual(['59 s', '1 min 0 s', '2 min 5 s']);
});

test('a refusal is a sentence', () => {
  expect(fault({ code: 'stale', message: 'no such thing', expected: '', debate: null })).toBe('No such thing.');
});

describe('the evidence', () => {
  test('is said for those who do not see it', () => {
    expect(place({ pixel: [2, 5] })).toBe('column 2, row 5');
    expect(evidence(play({ type: 'snapshot', ...snapshot() }))).toBe('No pixel revealed yet');
    expect(evidence(going)).toBe('column 1, row 0, value 64; column 3, row 0, value 255');
    expect(announce(going, { by: 'second', pixel: [3, 0], value: 255, number: 2, tone: 'second' })).toBe(
      'Reveal 2 of 2, second debater, column 3, row 0, value 255.',
    );
  });
});

describe('the outcome', () => {
  const over = (label: number, seat: 'judge' | 'spectator' | 'first' = 'spectator') =>
    fold({ ...going, view: { ...going.view, seat, role: seat === 'first' ? 'liar' : null } }, verdict(label, 0.8))!;

  test('is told to each seat in its own words', () => {
    expect(result(going, classes)).toBe('');
    expect(result(over(3), classes)).toBe('The judge said 3: the honest debater wins.');
    expect(result(over(7), classes)).toBe('The judge said 7: the liar wins.');
    expect(result(over(3, 'judge'), classes)).toBe('You were right: the honest debater wins.');
    expect(result(over(7, 'judge'), classes)).toBe('You said 7: the liar fooled you.');
    expect(result(over(7, 'first'), classes)).toBe('You win. The judge said 7: the liar wins.');
    expect(verdictText(over(3), classes)).toBe('Verdict: 3, with 80 %.');
  });

  test('has other reasons', () => {
    const lost = over(3);
    const by = (reason: 'time' | 'resignation' | 'absent' | 'illegal_move') => result({ ...lost, view: { ...lost.view, outcome: { winner: 'honest', reason } } }, classes);
    expect((['time', 'resignation', 'absent', 'illegal_move'] as const).map(by)).toEqual([
      'The liar ran out of time.', 'The liar gave up.', 'The liar did not come.', 'The liar tried an illegal move.',
    ]);
  });

  test('is compared with the classifier’s, of the same pixels', () => {
    expect(classifierToo(over(3), classes)).toBe('');
    expect(classifierToo({ ...over(3), logits: [logits({}), logits({ 7: 1, 3: 0 })] }, classes)).toBe('From the same pixels the classifier would have said 7.');
  });
});

test('beliefs are said as they were stated', () => {
  expect(lastBelief(going, classes)).toBe('');
  expect(lastBelief(believed(going, 0, 0.25), classes)).toBe('Before the first reveal the judge gave 25 % to 7 and 75 % to 3.');
  expect(lastBelief(believed(believed(going, 0, 0.25), 1, 0.5), classes)).toBe('After one reveal the judge gave 50 % to 7 and 50 % to 3.');
});

test('claims are named by seat, then by role', () => {
  expect([claimantName(going, 7), claimantName(going, 5)]).toEqual(['First debater', '']);
  expect(claimantName(fold(going, verdict(3, null))!, 7)).toBe('Liar');
  expect(claimantName({ ...going, view: view({ rules: { ...view().rules, precommit: false } }) }, 7)).toBe('');
});
