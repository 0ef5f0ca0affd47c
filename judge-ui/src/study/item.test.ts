import { describe, expect, test } from 'vitest';

import type { ItemScreen } from '../protocol';
import { brightness, lastBelief, matter, pixels, sideOf } from './item';

const item: ItemScreen = {
  number: 3,
  practice: false,
  text: '',
  width: 28,
  height: 28,
  answers: [[7, 'Sneaker'], [4, 'Coat']],
  shown: [{ x: 11, y: 8, value: 230, for: 4 }, { x: 2, y: 0, value: 0, for: 7 }, { x: 5, y: 6, value: 9, for: null }],
  more: [],
  pixels: 4,
  beliefs: [],
  asks: { what: 'next' },
  next_ms: 0,
  left_ms: null,
  warning_ms: null,
};

describe('the pixels', () => {
  test('stand where and as bright as the server says', () => {
    expect(pixels(item).map(({ number, pixel, value }) => [number, pixel, value])).toEqual([[1, [11, 8], 230], [2, [2, 0], 0], [3, [5, 6], 9]]);
  });

  test('look like the answer that they are shown for, by colour and by shape; for nobody like neither', () => {
    expect(pixels(item).map(({ tone, by, claim }) => [tone, by, claim])).toEqual([['second', 'second', 'Coat'], ['first', 'first', 'Sneaker'], ['plain', 'first', null]]);
  });

  test('among more than two answers none has a colour', () => {
    const many = { ...item, answers: [...item.answers, [1, 'Bag']] as [number, string][] };
    expect(sideOf(many, 7)).toBe('plain');
    expect(pixels(many).map(({ claim }) => claim)).toEqual(['Coat', 'Sneaker', null]);
  });
});

test.each([[0, 'black'], [1, 'dark'], [85, 'dark'], [86, 'medium'], [170, 'medium'], [171, 'bright'], [254, 'bright'], [255, 'white']] as const)(
  'a value of %i is %s',
  (value, word) => expect(brightness(value)).toBe(word),
);

test('what was set stays while the same is asked, and only then', () => {
  const asked = { ...item, left_ms: 100 };
  expect(matter({ ...asked, left_ms: 50, next_ms: 3 })).toBe(matter(asked));
  for (const other of [{ number: 4 }, { shown: [] }, { asks: { what: 'belief' } as const }]) expect(matter({ ...item, ...other })).not.toBe(matter(item));
});

test('the last belief is the latest, about the first answer', () => {
  expect(lastBelief(item)).toBeNull();
  expect(lastBelief({ beliefs: [[0, 0.5], [1, 0.8]] })).toBe(0.8);
});
