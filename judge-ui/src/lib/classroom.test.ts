import { expect, test } from 'vitest';

import { inWords, reachable } from './classroom';

test('a histogram is said in a sentence', () => {
  const bins = [1, 0, 0, 2, 0, 4, 0, 0, 3, 0, 5];
  expect(inWords({ after: 3, bins }, '8', '3')).toBe('15 votes: 8 more for 8, 4 undecided, 3 more for 3');
  expect(inWords({ after: 3, bins: bins.map((_, place) => Number(place === 0)) }, '8', '3')).toBe('1 vote: 0 more for 8, 0 undecided, 1 more for 3');
});

test('phones do not find the machine’s own address', () => {
  for (const host of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080']) expect(reachable(host)).toBe(false);
  for (const host of ['192.168.1.5:8080', 'debates.example', '[2001:db8::1]:80']) expect(reachable(host)).toBe(true);
});
