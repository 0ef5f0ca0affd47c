import { expect, test } from 'vitest';

import { drawKey, isKey } from './key';

test('a key is 43 letters that nobody has drawn before', () => {
  const keys = Array.from({ length: 100 }, drawKey);
  expect(keys.every(isKey)).toBe(true);
  expect(new Set(keys).size).toBe(100);
});

test('what is no key is told apart', () => {
  for (const value of [null, 7, '', 'a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(42)}+`, `${'a'.repeat(43)}\n`]) expect(isKey(value)).toBe(false);
});
