import { expect, test } from 'vitest';

import { chosenBy, having } from './answers';

const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const CLOTHES = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'];

const place = (key: string, names: string[], at: number, typed = '') => chosenBy(key, names, at, typed)?.at ?? null;

/** What is chosen after each of some keys, typed one after the other. */
function typing(keys: string, names: string[]): (string | null)[] {
  let typed = '';
  return [...keys].map((key) => {
    const choice = chosenBy(key, names, -1, typed);
    typed = choice?.typed ?? '';
    return choice && names[choice.at]!;
  });
}

test('a label’s key chooses it, wherever the choice was', () => {
  for (const at of [-1, 0, 7, 9]) expect(place('7', DIGITS, at)).toBe(7);
  expect(place('7', ['4', '7'], 0)).toBe(1);
  expect(place('7', ['4', '9'], 0)).toBe(null);
});

test('the next label’s key chooses that, however soon it comes', () => {
  expect(typing('1077', DIGITS)).toEqual(['1', '0', '7', '7']);
});

test('capital and small letters are two labels where both are', () => {
  const letters = ['A', 'B', 'S', 'a', 'b'];
  expect(typing('aAbBs', letters)).toEqual(['a', 'A', 'b', 'B', 'S']);
});

test('a name of several letters is chosen by as many as tell it from others', () => {
  expect(typing('sne', CLOTHES)).toEqual(['Sandal', 'Sneaker', 'Sneaker']);
  expect(typing('t-', CLOTHES)).toEqual(['T-shirt/top', 'T-shirt/top']);
  expect(typing('tr', CLOTHES)).toEqual(['T-shirt/top', 'Trouser']);
  // Another letter begins anew, and a blank is part of a name only after others.
  expect(typing('bagd', CLOTHES)).toEqual(['Bag', 'Bag', 'Bag', 'Dress']);
  expect(typing('ankle b', CLOTHES).at(-1)).toBe('Ankle boot');
  expect(typing(' ', CLOTHES)).toEqual([null]);
  const numbers = [...Array(255).keys()].map(String);
  expect(typing('254', numbers)).toEqual(['2', '25', '254']);
});

test('arrows go round, and begin at the near end', () => {
  const by = (key: string, at: number) => place(key, ['4', '7', '9'], at);
  expect([-1, 0, 1, 2].map((at) => by('ArrowRight', at))).toEqual([0, 1, 2, 0]);
  expect([-1, 0, 1, 2].map((at) => by('ArrowLeft', at))).toEqual([2, 2, 0, 1]);
  expect(place('ArrowLeft', [], -1)).toBe(null);
});

test('no other key chooses, least of all the one that gives the verdict', () => {
  for (const key of ['Enter', ' ', 'Tab', 'a', '', 'ArrowUp']) expect(place(key, DIGITS, 3)).toBe(null);
});

test('labels are found by any part of their names', () => {
  expect(having('SH', CLOTHES).map((at) => CLOTHES[at])).toEqual(['T-shirt/top', 'Shirt']);
  expect(having(' ', CLOTHES)).toHaveLength(10);
  expect(having('hat', CLOTHES)).toEqual([]);
});
