import { expect, test } from 'vitest';

import { chosenBy } from './answers';

const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

test('a label’s key chooses it, wherever the choice was', () => {
  for (const at of [-1, 0, 7, 9]) expect(chosenBy('7', DIGITS, at)).toBe(7);
  expect(chosenBy('7', ['4', '7'], 0)).toBe(1);
  expect(chosenBy('7', ['4', '9'], 0)).toBe(null);
});

test('arrows go round, and begin at the near end', () => {
  const by = (key: string, at: number) => chosenBy(key, ['4', '7', '9'], at);
  expect([-1, 0, 1, 2].map((at) => by('ArrowRight', at))).toEqual([0, 1, 2, 0]);
  expect([-1, 0, 1, 2].map((at) => by('ArrowLeft', at))).toEqual([2, 2, 0, 1]);
  expect(chosenBy('ArrowLeft', [], -1)).toBe(null);
});

test('no other key chooses, least of all the one that gives the verdict', () => {
  for (const key of ['Enter', ' ', 'Tab', 'a', '', 'ArrowUp']) expect(chosenBy(key, DIGITS, 3)).toBe(null);
});
