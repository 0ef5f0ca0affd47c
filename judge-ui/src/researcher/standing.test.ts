import { describe, expect, test } from 'vitest';

import type { CellCount, StudyMember } from '../protocol';
import { counts, inOrder, minutes, rule, sorted, table, time } from './standing';

const member = (participant: string, more: Partial<StudyMember> = {}): StudyMember => ({
  participant, state: 'active', erased: false, done: 0, checks: [0, 0], joined_ms: 0, heard_ms: 0, ...more,
});
const names = (members: StudyMember[]) => members.map(({ participant }) => participant);

test('every kind of place is counted, also where there is none', () => {
  expect(counts({ places: [['free', 3], ['finished', 2]] })).toEqual([['finished', 2], ['active', 0], ['free', 3], ['dropped_out', 0], ['screened_out', 0], ['excluded', 0]]);
});

test('cells are a table, with holes where a condition lacks a tier', () => {
  const cell = (condition: string, tier: string | null): CellCount => ({ condition, tier, judged: 1, planned: 2, least: 0, most: 1 });
  const cells = [cell('debate', 'clear'), cell('debate', 'close'), cell('alone', 'close')];
  expect(table(cells)).toEqual({ tiers: ['clear', 'close'], rows: [{ condition: 'debate', cells: [cells[0], cells[1]] }, { condition: 'alone', cells: [null, cells[2]] }] });
  expect(table([cell('debate', null)]).tiers).toEqual([null]);
});

describe('participants', () => {
  const members = [member('p10', { done: 2, heard_ms: 120_000 }), member('p2', { state: 'finished', checks: [2, 1] }), member('p9', { done: 2, state: 'excluded', checks: [2, 0] })];

  test('are sorted by each column, up and down', () => {
    expect(sorted(members, 'participant', false)).toEqual(['p2', 'p9', 'p10']);
    expect(sorted(members, 'participant', true)).toEqual(['p10', 'p9', 'p2']);
    expect(sorted(members, 'done', true)).toEqual(['p10', 'p9', 'p2']);
    expect(sorted(members, 'state', false)).toEqual(['p2', 'p10', 'p9']);
    expect(sorted(members, 'checks', true)).toEqual(['p9', 'p2', 'p10']);
    expect(sorted(members, 'minutes', true)[0]).toBe('p10');
  });

  test('stay where they were when the numbers change, and who came since is last', () => {
    const order = sorted(members, 'done', false);
    const later = [...members.map((one) => ({ ...one, done: 9 - one.done })), member('p11'), member('p12')];
    expect(names(inOrder(later, order))).toEqual([...order, 'p11', 'p12']);
  });

  test('have taken as long as they were heard of, and never less than nothing', () => {
    expect(minutes(member('p', { joined_ms: 60_000, heard_ms: 150_000 }))).toBe(1.5);
    expect(minutes(member('p', { joined_ms: 60_000 }))).toBe(0);
  });
});

test('who is excluded is said where there are checks', () => {
  expect(rule({ checks: [0, 0] })).toBe('');
  expect(rule({ checks: [2, 0] })).toBe('');
  expect(rule({ checks: [1, 1] })).toBe('Whoever does not get the attention check right is excluded.');
  expect(rule({ checks: [3, 2] })).toBe('Whoever does not get 2 of 3 attention checks right is excluded.');
});

test('a time of today has no day', () => {
  const noon = new Date(2026, 2, 14, 12, 5).getTime();
  expect(time(noon, noon + 3_600_000)).toBe('12:05');
  expect(time(noon, noon + 86_400_000)).toBe('14 Mar, 12:05');
});
