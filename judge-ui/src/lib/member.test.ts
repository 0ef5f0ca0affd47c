import { beforeEach, expect, test, vi } from 'vitest';

import { memberKey } from './member';

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => kept.set(name, value) });
});

test('a person is the same in a class and another in the next', () => {
  const key = memberKey('K7WM3X');
  expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(memberKey('K7WM3X')).toBe(key);
  expect(memberKey('K7WM3Y')).not.toBe(key);
});

test('what is no key is not taken for one', () => {
  localStorage.setItem('pixel-debate.class.K7WM3X', '"short"');
  expect(memberKey('K7WM3X')).toHaveLength(43);
});
