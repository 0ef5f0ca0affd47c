import { expect, test } from 'vitest';

import { inWords, reachable, turnout } from './classroom';

const member = (here: boolean, voted: boolean, debates = false) => ({ name: null, here, voted, debates, willing: false });

test('those who debate are not asked to vote', () => {
  const present = [member(true, true), member(true, false), member(true, false, true), member(false, true), member(false, false)];
  expect(turnout(present)).toEqual({ voted: 2, asked: 3 });
});

test('a histogram is said in a sentence', () => {
  const bins = [1, 0, 0, 2, 0, 4, 0, 0, 3, 0, 5];
  expect(inWords({ after: 3, bins }, '8', '3')).toBe('15 votes: 8 more for 8, 4 undecided, 3 more for 3');
  expect(inWords({ after: 3, bins: bins.map((_, place) => Number(place === 0)) }, '8', '3')).toBe('1 vote: 0 more for 8, 0 undecided, 1 more for 3');
});

test('phones do not find the machine’s own address', () => {
  for (const host of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080']) expect(reachable(host)).toBe(false);
  for (const host of ['192.168.1.5:8080', 'debates.example', '[2001:db8::1]:80']) expect(reachable(host)).toBe(true);
});
