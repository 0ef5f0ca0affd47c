// Colours that mean something stay apart, also for people who tell few colours apart, and can be read.

import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

/** What a display shows to whom (Machado, Oliveira and Fernandes 2009, severity 1), on linear light. */
const eyes = {
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

/** The least distance between two colours that mean different things: some five times what is just told apart. */
const APART = 12;

const times = (matrix: number[][], vector: number[]) =>
  matrix.map((row) => row.reduce((sum, factor, index) => sum + factor * (vector[index] ?? 0), 0));

/** A colour in CIE L*a*b*, as those eyes see it. */
function lab(hex: string, eye: number[][]): [number, number, number] {
  const linear = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  const seen = times(eye, linear).map((c) => Math.min(1, Math.max(0, c)));
  const xyz = times([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]], seen);
  const [x = 0, y = 0, z = 0] = [0.95047, 1, 1.08883].map((white, index) => {
    const share = (xyz[index] ?? 0) / white;
    return share > 0.008856 ? Math.cbrt(share) : 7.787 * share + 16 / 116;
  });
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const distance = (one: string, other: string, eye: number[][]) => {
  const [a, b] = [lab(one, eye), lab(other, eye)];
  return Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)));
};

const style = readFileSync(new URL('./app.css', import.meta.url), 'utf8');

/** A colour of the style sheet, in the light and in the dark. */
function colours(name: string): [light: string, dark: string] {
  const value = new RegExp(`--${name}: ([^;]+);`).exec(style)?.[1] ?? '';
  const [light, dark] = value.match(/#[0-9a-f]{6}/g) ?? [];
  if (!light) throw new Error(`--${name} is no colour: ${value}`);
  return [light, dark ?? light];
}

/** The contrast of two colours by WCAG 2, from 1 to 21. */
function contrast(one: string, other: string): number {
  const luminance = (hex: string) =>
    [1, 3, 5]
      .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
      .reduce((sum, c, index) => sum + c * [0.2126, 0.7152, 0.0722][index]!, 0);
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const schemes = [['light', 0], ['dark', 1]] as const;

describe.each(schemes)('in the %s', (_, scheme) => {
  test.each(['', 'board-'])('seats and roles are told apart by everybody: --%s…', (prefix) => {
    for (const pair of [['first', 'second'], ['honest', 'liar']]) {
      const [one, other] = pair.map((name) => colours(`${prefix}${name}`)[scheme]) as [string, string];
      for (const eye of Object.values(eyes)) expect(distance(one, other, eye)).toBeGreaterThan(APART);
    }
  });

  test('text of each tone can be read on the page', () => {
    for (const name of ['ink', 'quiet', 'alarm', 'first', 'second', 'honest', 'liar']) {
      // Also in tones: a claim may be as long as words are, and then is not large.
      expect(contrast(colours(name)[scheme], colours('paper')[scheme])).toBeGreaterThan(4.5);
    }
  });
});

test('numbers can be read on the badges of the board', () => {
  for (const name of ['first', 'second', 'honest', 'liar', 'plain']) expect(contrast(colours(`board-${name}`)[0], colours('board-ink')[0])).toBeGreaterThan(4.5);
});
