import { expect, test } from 'vitest';

import { foremost, namesOf, sizeOf, widest } from './labels';
import { fold } from './state';
import { snapshot } from '../test/debates';

test('labels are called as the server calls them, unless the debate is over other data', () => {
  const own = fold(null, { type: 'snapshot', ...snapshot() });
  expect(namesOf(own, ['A', 'B'])).toEqual(['A', 'B']);
  const other = fold(null, { type: 'snapshot', ...snapshot({ labels: ['cat', 'dog'] }) });
  expect(namesOf(other, ['A', 'B'])).toEqual(['cat', 'dog']);
  expect(namesOf(null, undefined)).toEqual([]);
});

test('names are the smaller the longer they are', () => {
  expect(['7', '9'].map((name) => sizeOf([name]))).toEqual(['short', 'short']);
  expect([sizeOf(['10', '9']), sizeOf(['Bag', '9']), sizeOf(['Ankle boot', 'T-shirt/top'])]).toEqual(['short', 'long', 'long']);
  expect(sizeOf(['a very long name of a class', 'x'])).toBe('longer');
  expect([widest(['a', 'ébène'], 16), widest(['x'.repeat(200)], 16), widest([], 16)]).toEqual([5, 16, 1]);
});

test('of few labels all are shown, of many the likeliest, the truth and the verdict', () => {
  const ten = [...Array(10).keys()];
  expect(foremost(ten, null, [])).toEqual(ten);
  const many = [...Array(47).keys()];
  const logits = many.map((label) => -label);
  expect(foremost(many, logits, [40, null, 2])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 40]);
  expect(foremost(many, null, [40, undefined])).toEqual([40]);
});
