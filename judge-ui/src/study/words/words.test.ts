import { describe, expect, test } from 'vitest';

import { languages, money, ownName, preferred, wordsIn, type Words } from '.';
import { en } from './en';

const pixel = { number: 3, of: 4, column: 12, row: 9, value: 230, brightness: 'bright', claim: null } as const;

/** Something to put into each text that takes something. */
const given: { [Name in keyof Words]?: Words[Name] extends (...given: infer Given) => string ? Given : never } = {
  progress: [3, 14],
  percent: [0.25],
  missingWhy: [['PROLIFIC_PID']],
  faultsAbove: [2],
  characters: [3, 100],
  charactersMost: [100],
  scale: [1, 7, 'low', 'high'],
  image: [3, 14],
  pixelOf: [3, 4],
  pixel: [{ ...pixel, claim: '7' }],
  place: [pixel],
  light: [pixel],
  claims: ['7'],
  nextPixelIn: [3],
  probableLabel: ['7', '4'],
  probableValue: ['7', '70', '4', '30'],
  lastBelief: ['7', '70'],
  decideFor: ['7'],
  against: ['7', '30'],
  againstOnly: ['7', '30'],
  pixelsShown: [100],
  warning: ['30'],
  seconds: [30],
  gave: ['70'],
  results: [3, 4],
};

/** All that a language says, by its name. */
function all(words: Words): Map<string, string> {
  const said = (name: string, value: unknown): [string, string][] => {
    if (typeof value === 'string') return [[name, value]];
    if (typeof value === 'function') return [[name, (value as (...all: unknown[]) => string)(...((given as Record<string, unknown[]>)[name] ?? []))]];
    return Object.entries(value as object).flatMap(([more, one]) => said(`${name}.${more}`, one));
  };
  return new Map(Object.entries(words).flatMap(([name, value]) => said(name, value)));
}

describe.each(languages)('in $language', (words) => {
  test('everything is said, with all that it is about', () => {
    expect([...all(words).keys()]).toEqual([...all(en).keys()]);
    for (const [name, text] of all(words)) {
      expect(text.trim(), name).not.toBe('');
      expect(text, name).not.toMatch(/undefined|NaN|\[object/);
    }
    for (const [name, put] of Object.entries(given)) {
      const text = all(words).get(name)!;
      const numbers = (put as unknown[]).flat().filter((one) => typeof one === 'number' && one >= 1 && name !== 'percent');
      for (const one of numbers) expect(text, name).toContain(String(one));
    }
  });

  test('a pixel is said with its number, its place, its light and for whom', () => {
    const text = words.pixel({ ...pixel, claim: 'Sneaker' });
    for (const part of ['3', '4', '12', '9', '90', 'Sneaker']) expect(text).toContain(part);
    expect(words.pixel(pixel)).not.toContain('Sneaker');
    const lights = (['black', 'dark', 'medium', 'bright', 'white'] as const).map((brightness) => words.light({ ...pixel, brightness }));
    expect(new Set(lights).size).toBe(5);
  });
});

test('no language says what another says, but for what is alike in both', () => {
  const alike = new Set(['percent', 'claims', 'undecided']);
  for (const words of languages.filter((one) => one !== en)) {
    const same = [...all(words)].filter(([name, text]) => text === all(en).get(name) && !alike.has(name)).map(([name]) => name);
    expect(same).toEqual([]);
  }
});

test('a pixel is announced as people would say it', () => {
  expect(en.pixel(pixel)).toBe('Pixel 3 of 4: column 12, row 9, bright, 90\u00a0%.');
  expect(wordsIn('de').pixel({ ...pixel, value: 0, brightness: 'black', claim: '7' })).toBe('Bildpunkt 3 von 4: Spalte 12, Zeile 9, schwarz, für 7.');
});

test('the language is the nearest that there is, and English where there is none', () => {
  expect(['de', 'de-AT', 'DE', 'en-GB', 'fr', ''].map((tag) => wordsIn(tag).language)).toEqual(['de', 'de', 'de', 'en', 'en', 'en']);
});

test('a visitor is offered what they read', () => {
  expect(preferred(['en', 'de'], ['de-CH', 'en'], 'en')).toBe('de');
  expect(preferred(['en', 'de-CH'], ['de', 'en'], 'en')).toBe('de-CH');
  expect(preferred(['en', 'de'], ['fr'], 'de')).toBe('de');
});

test('languages have their own names, and money is written as they write it', () => {
  expect([ownName('de'), ownName('fr'), ownName('not a tag')]).toEqual(['Deutsch', 'Français', 'not a tag']);
  expect(money('en', 134, 'GBP')).toBe('£1.34');
  expect(money('de', 134, 'EUR')).toBe('1,34\u00a0€');
  expect(money('not a tag', 5, 'USD')).toBe('$0.05');
});
