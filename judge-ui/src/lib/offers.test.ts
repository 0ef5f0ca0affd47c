import { describe, expect, test } from 'vitest';

import type { Analysis, Summary } from '../protocol';
import { agents } from './agents';
import { isBusy, replies, strength } from './analyses.svelte';
import { badgeCentres, REACH } from './badges';
import { underWay } from './listing.svelte';

describe('the agents to choose from', () => {
  test('are all that play, best play among them', () => {
    expect(agents({ max_rollouts: 10_000 }).map(({ agent }) => agent)).toEqual(['exact', 'mcts:10000', 'mcts:1000', 'mcts:100', 'greedy', 'random']);
  });

  test('search no longer than the server lets them', () => {
    expect(agents({ max_rollouts: 1000 }).map(({ agent }) => agent)).toEqual(['exact', 'mcts:1000', 'mcts:100', 'greedy', 'random']);
  });
});

describe('replies', () => {
  const analysis = (by: 'honest' | 'liar'): Analysis => ({
    revealed: 1, margin: 1, by, best: null,
    prospects: [{ pixel: [0, 0], margin: 2 }, { pixel: [1, 0], margin: -1 }, { pixel: [2, 0], margin: 1.5 }],
  });

  test('are ranked for whoever is to reveal', () => {
    expect(replies(analysis('honest')).map(({ margin, change }) => [margin, change])).toEqual([[2, 1], [1.5, 0.5], [-1, -2]]);
    expect(replies(analysis('liar')).map(({ margin }) => margin)).toEqual([-1, 1.5, 2]);
  });

  test('are painted up to the strongest', () => {
    expect([strength(-4, 4), strength(1, 4), strength(0, 4), strength(0, 0)]).toEqual([1, 0.5, 0, 0]);
  });

  test('are asked for again where the server is busy', () => {
    expect((['busy', 'unavailable', 'not_found'] as const).map((code) => isBusy({ code, message: '', expected: '', debate: null }))).toEqual([true, true, false]);
  });
});

describe('badges', () => {
  const reveals = (pixels: [number, number][]) => pixels.map((pixel, index) => ({ pixel, by: 'first' as const, value: 9, number: index + 1, tone: 'first' as const }));
  const covers = ([x, y]: [number, number], [px, py]: [number, number]) => Math.abs(x - px - 0.5) < REACH + 0.5 && Math.abs(y - py - 0.5) < REACH + 0.5;

  test('stand where the pictures have them', () => {
    const pixels: [number, number][] = [[20, 11], [20, 7], [18, 15], [19, 7], [19, 6], [17, 18]];
    const rounded = badgeCentres(reveals(pixels), 28, 28).map((centre) => centre.map((at) => Math.round(100 * at) / 100));
    // The same list is in the test of the server's pictures.
    expect(rounded).toEqual([[21.85, 10.15], [21.85, 6.15], [19.85, 14.15], [18.15, 8.85], [18.15, 5.15], [18.85, 19.85]]);
  });

  test('cover no revealed value, lie on the board and apart', () => {
    const pixels: [number, number][] = [[0, 0], [27, 0], [0, 27], [27, 27], [13, 13], [14, 13], [13, 14]];
    const centres = badgeCentres(reveals(pixels), 28, 28);
    for (const [index, centre] of centres.entries()) {
      expect(pixels.filter((pixel) => covers(centre, pixel))).toEqual([]);
      for (const place of centre) expect(place >= REACH && place <= 28 - REACH).toBe(true);
      for (const other of centres.slice(index + 1)) expect(Math.max(Math.abs(centre[0] - other[0]), Math.abs(centre[1] - other[1]))).toBeGreaterThanOrEqual(2 * REACH);
    }
  });
});

test('what its judge has left is not under way', () => {
  const debate = (debate: string, phase: Summary['phase'], age: number) => ({ debate, phase, created_ms: 10_000_000 - age }) as unknown as Summary;
  const all = [debate('fresh', 'judging', 1000), debate('left', 'judging', 700_000), debate('long', 'revealing', 900_000), debate('open', 'waiting', 0), debate('done', 'over', 0)];
  expect(underWay(all, 10_000_000)).toEqual(['long', 'fresh']);
});
