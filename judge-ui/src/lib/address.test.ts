import { expect, test } from 'vitest';

import { address, parse, type Route } from './address';

const routes: [string, Route][] = [
  ['#/', { view: 'home' }],
  ['#/watch', { view: 'show' }],
  ['#/watch/d', { view: 'watch', debate: 'd' }],
  ['#/watch/d/key', { view: 'watch', debate: 'd', token: 'key' }],
  ['#/judge', { view: 'judge' }],
  ['#/judge/next', { view: 'next' }],
  ['#/judge/d/key', { view: 'seat', debate: 'd', token: 'key' }],
  ['#/debate', { view: 'debate' }],
  ['#/debate/d/key', { view: 'play', debate: 'd', token: 'key' }],
  ['#/replay/d', { view: 'replay', debate: 'd', move: null }],
  ['#/replay/d/3', { view: 'replay', debate: 'd', move: 3 }],
  ['#/replay/d/key', { view: 'replay', debate: 'd', move: null, token: 'key' }],
  ['#/replay/d/0/key', { view: 'replay', debate: 'd', move: 0, token: 'key' }],
  ['#/new', { view: 'setup' }],
  ['#/standings', { view: 'standings' }],
  ['#/class', { view: 'open' }],
  ['#/class/K7WM3X/key', { view: 'present', class: 'K7WM3X', token: 'key' }],
  ['#/c/K7WM3X', { view: 'class', class: 'K7WM3X' }],
];

test.each(routes)('%s is read as it is written', (hash, route) => {
  expect(parse(hash)).toEqual(route);
  expect(address(route)).toBe(hash);
});

test.each(['', '#', '#/nowhere', '#/replay', '#//'])('%j leads home', (hash) => {
  expect(parse(hash)).toEqual({ view: 'home' });
});

test('a class is found by its code in small letters too', () => {
  expect(parse('#/c/k7wm3x')).toEqual({ view: 'class', class: 'K7WM3X' });
});
