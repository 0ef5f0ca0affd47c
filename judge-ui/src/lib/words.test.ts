import { describe, expect, test } from 'vitest';

import type { RefusalCode } from '../protocol';
import { logits, reveal, snapshot, verdict, view } from '../test/debates';
import { believed, fold, type News, type State } from './state';
import {
  afterReveals, announce, claimantName, classifierToo, clock, counted, duration, evidence, fault, judgeName, judgesResult, lastBelief, panelProgress, percent, percentRange, place,
  playerName, remedy, result, signed, turnName, verdictText, withArticle,
} from './words';

const classes = [...'0123456789'];
const play = (...news: News[]): State => news.reduce<State | null>((state, one) => fold(state, one), null)!;
const going = play({ type: 'snapshot', ...snapshot() }, reveal(1, 'first', 1, 64), reveal(2, 'second', 3, 255));

test('players and judges have names', () => {
  expect([undefined, 'outside', 'outside:Jo', 'mcts:100'].map(playerName)).toEqual(['unknown', 'somebody unnamed', 'Jo', 'mcts:100']);
  expect(['classifier:6', 'classifier:1', 'outside:Jo'].map(judgeName)).toEqual(['Classifier for 6 pixels', 'Classifier for 1 pixel', 'Jo']);
  expect(judgeName('classifier:6:letters:2')).toBe('Classifier letters:2 for 6 pixels');
});

test('digits have articles, other classes none', () => {
  expect(['8', '1', 'cat'].map(withArticle)).toEqual([['an', '8'], ['a', '1'], ['', 'cat']]);
});

test('numbers have signs and shares percents', () => {
  expect([signed(1.234), signed(-1.235, 1), signed(0)]).toEqual(['+1.23', '−1.2', '+0.00']);
  expect([percent(0.256), percent(1)]).toEqual(['26\u00a0%', '100\u00a0%']);
  expect(percentRange([0.206, 1])).toBe('21–100\u00a0%');
});

test('one judge of several is told its own verdict and that of all', () => {
  const alone = fold(going, verdict(3, null))!;
  expect(judgesResult(alone, classes, 3)).toBe(result(alone, classes));
  expect(judgesResult(alone, classes, 7)).toBe('You said 7, which was wrong. The judges together said 3, which was right.');
  expect(judgesResult({ ...alone, answered: true }, classes, null)).toBe('The judges together said 3, which was right.');
});

test('one is counted otherwise than many', () => {
  expect([0, 1, 2, 1234].map((number) => counted(number, 'debate'))).toEqual(['0 debates', '1 debate', '2 debates', '1,234 debates']);
  expect([1, 3].map((number) => counted(number, 'more debate is', 'more debates are'))).toEqual(['1 more debate is', '3 more debates are']);
  expect([1, 2].map(afterReveals)).toEqual(['After one reveal', 'After 2 reveals']);
});

test('clocks round up, so that 0:00 is the end', () => {
  expect([0, 1, 59_999, 60_000, 3_600_000, -5].map(clock)).toEqual(['0:00', '0:01', '1:00', '1:00', '1:00:00', '0:00']);
  expect([59_400, 59_600, 125_000].map(duration)).toEqual(['59\u00a0s', '1\u00a0min 0\u00a0s', '2\u00a0min 5\u00a0s']);
});

describe('a refusal', () => {
  const refusal = (code: RefusalCode, expected: string, message = 'no such thing') => ({ code, message, expected, debate: null });

  test('is a sentence', () => {
    expect(fault(refusal('stale', ''))).toBe('No such thing.');
    expect(fault(refusal('wrong_token', '', 'this token opens no seat of this debate'))).toBe('This link opens no seat of this debate.');
  });

  test('says what people can do, and nothing of the protocol', () => {
    for (const [code, expected, said] of [
      ['illegal', 'pixel: one with a value above 0', ''],
      ['stale', 'seq: 4', ''],
      ['not_begun', 'a move after the message "turn"', ''],
      ['not_seated', '"take" or "resume" with the token of that seat first', ''],
      ['unknown_debate', 'the name of a debate under way, or of one that has an outcome', ''],
      ['unavailable', 'another try when the connection is back', 'Try again when the connection is back.'],
      ['busy', 'another try later', 'Try again later.'],
      ['no_outcome', 'another try after the outcome', 'Try again after the outcome.'],
      ['too_fast', 'in the long run 600 creations a minute or fewer, and the next try in 7 seconds', 'Try again in 7 seconds.'],
      ['wrong_token', 'the spectators\' token that came with "created"', 'You need a link from whoever set up the debate.'],
      ['against_belief', 'a verdict for 3, or the label 7 with an explanation', 'Say why, or choose the other.'],
      ['setup', 'image: 0 to 9999, or null for any', 'Choose a number from 0 to 9999, or any.'],
      ['setup', 'pixels: 1 to 255', 'Choose a number from 1 to 255.'],
      ['setup', 'liar: outside, random, greedy, exact, or mcts:N with N from 1 to 10000', 'Choose another program for that side.'],
      ['setup', 'lie: another label, or fewer pixels', 'Choose another label, or fewer pixels.'],
      ['setup', 'clock.move_ms: 1 to 3600000', 'Choose something else.'],
    ] as const) {
      expect(remedy(refusal(code, expected))).toBe(said);
    }
  });
});

test('a turn says what is asked, and of whom', () => {
  const one = { mine: false, timed: false, belief: false };
  expect(turnName('judge', { ...one, mine: true, belief: true })).toBe('Your belief is awaited');
  expect(turnName('judge', { ...one, mine: true })).toBe('Your verdict is awaited');
  expect(turnName('judge', { ...one, belief: true })).toBe('The judge decides');
  expect(turnName('first', { ...one, mine: true, timed: true })).toBe('Your turn');
  expect(turnName('second', { ...one, timed: true })).toBe('Second debater to reveal');
  expect(turnName('second', one)).toBe('Second debater is thinking');
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
    expect(verdictText(over(3), classes)).toBe('Verdict: 3, with 80\u00a0%.');
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
  expect(lastBelief(believed(going, 0, 0.25), classes)).toBe('Before the first reveal the judge gave 25\u00a0% to 7 and 75\u00a0% to 3.');
  expect(lastBelief(believed(believed(going, 0, 0.25), 1, 0.5), classes)).toBe('After one reveal the judge gave 50\u00a0% to 7 and 50\u00a0% to 3.');
});

test('claims are named by seat, then by role', () => {
  expect([claimantName(going, 7), claimantName(going, 5)]).toEqual(['First debater', '']);
  expect(claimantName(fold(going, verdict(3, null))!, 7)).toBe('Liar');
  expect(claimantName({ ...going, view: view({ rules: { ...view().rules, precommit: false } }) }, 7)).toBe('');
});

test('how many of a panel have answered is said until it is over', () => {
  const state = fold(null, { type: 'snapshot', ...snapshot({ view: view({ seat: 'spectator' }) }) })!;
  const told = (answered: number) => fold(state, { type: 'judgments', debate: 'd', judges: 3, answered, beliefs: null })!;
  expect(panelProgress(state)).toBe('');
  expect([0, 1, 2].map((answered) => panelProgress(told(answered)))).toEqual(['0 of 3 judges have answered.', '1 of 3 judges has answered.', '2 of 3 judges have answered.']);
  const over = [reveal(1, 'first', 1, 64), reveal(2, 'second', 3, 255), verdict(3, null)].reduce<State>((before, one) => fold(before, one)!, told(3));
  expect(panelProgress(over)).toBe('');
});
