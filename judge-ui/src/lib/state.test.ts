import { describe, expect, test } from 'vitest';

import { logits, reveal, snapshot, verdict } from '../test/debates';
import { believed, fold, known, type News, type State } from './state';

const play = (...news: News[]): State => news.reduce<State | null>((state, one) => fold(state, one), null)!;

const begun = { type: 'snapshot', ...snapshot() } as const;
const first = reveal(1, 'first', 1, 64);
const second = reveal(2, 'second', 3, 255);

describe('the state of a debate', () => {
  test('begins with a snapshot, and with nothing before one', () => {
    expect(fold(null, first)).toBeNull();
    expect(play(begun)).toMatchObject({ debate: 'd', seq: 0, visibility: 'public', influenced: false, logits: [], beliefs: [] });
    expect(play({ ...begun, beliefs: [0.5, null] }).beliefs).toEqual([0.5, null]);
  });

  test('takes each event once and in order', () => {
    const state = play(begun, first);
    expect(state.view.evidence).toEqual([{ by: 'first', pixel: [1, 0], value: 64 }]);
    expect([state.seq, state.view.to_move, state.turn?.seat]).toEqual([1, 'second', 'second']);
    expect(fold(state, first)).toBe(state);
    expect(fold(play(begun), second)?.seq).toBe(0);
    expect(play(begun, first, second).view.evidence).toHaveLength(2);
  });

  test('is nobody’s turn where none is told, unless it was told ahead', () => {
    const { turn: _, ...silent } = first;
    expect(play(begun, silent).turn).toBeNull();
    const ahead = { seat: 'judge', seq: 3 } as const;
    const resumed = { type: 'resumed', debate: 'd', seat: 'judge', seq: 2, turn: ahead, beliefs: null } as const;
    expect(play(begun, resumed, silent).turn).toEqual(ahead);
  });

  test('does not change what it was', () => {
    const before = play(begun);
    fold(before, first);
    expect(before.view.evidence).toEqual([]);
  });

  test('leaves other debates alone', () => {
    const state = play(begun);
    expect(fold(state, { ...first, debate: 'other' })).toBe(state);
  });

  test('counts opinions from the first on, each once', () => {
    const one = { type: 'opinion', debate: 'd', seq: 1, logits: logits({ 7: 1 }) } as const;
    const state = play(begun, first, second, one);
    expect(state.logits).toHaveLength(1);
    expect(fold(state, one)).toBe(state);
    expect(fold(state, { ...one, seq: 3 })).toBe(state);
    expect(known(state)).toBe(1);
    expect(known(fold(state, { ...one, seq: 2 })!)).toBe(2);
  });

  test('is resumed with the seat, the turn and the beliefs that the server has', () => {
    const told = { type: 'resumed', debate: 'd', seat: 'judge', seq: 1, turn: null } as const;
    const state = believed(play(begun, first), 0, 0.4);
    expect(fold(state, { ...told, beliefs: [0.6] })).toMatchObject({ turn: null, beliefs: [0.6] });
    expect(fold(state, { ...told, beliefs: null })!.beliefs).toEqual([0.4]);
    const judgments = { type: 'judgments', debate: 'd', judges: 1, answered: 0, beliefs: [[0.1, 0.2]] } as const;
    expect(fold(state, { ...judgments, beliefs: [[0.1, 0.2]] })!.beliefs).toEqual([0.1, 0.2]);
    // Of a panel none is the visitor’s for sure, and how many have answered is told before the beliefs are.
    const panel = fold(state, { ...judgments, judges: 3, answered: 2, beliefs: null })!;
    expect([panel.beliefs, panel.panel]).toEqual([state.beliefs, { judges: 3, answered: 2 }]);
    expect(fold(panel, { ...judgments, judges: 3, answered: 3, beliefs: [[0.1], [], []] })!.beliefs).toEqual(state.beliefs);
  });

  test('notes a belief where it belongs', () => {
    const state = believed(play(begun), 2, 0.7);
    expect(state.beliefs).toEqual([null, null, 0.7]);
    expect(believed(state, 0, 0.3).beliefs).toEqual([0.3, null, 0.7]);
  });

  test('ends with the truth: nobody’s turn, the roles known', () => {
    const state = play(begun, first, second, verdict(3, 0.8));
    expect(state.turn).toBeNull();
    expect(state.view.rules.first).toBe('liar');
    expect(state.view.verdict).toEqual({ type: 'label', label: 3, probability: 0.8 });
    expect([state.view.outcome?.winner, state.view.truth?.label, state.background?.source.index]).toEqual(['honest', 3, 4]);
  });

  test('without precommit the honest claim is told in the end', () => {
    const open = { ...begun, view: { ...begun.view, claims: { first: null, second: null }, rules: { ...begun.view.rules, precommit: false } } };
    expect(play(open, first, second, verdict(3, null)).view.claims).toEqual({ first: null, second: 3 });
  });
});
