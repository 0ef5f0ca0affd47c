// Colours that mean something stay apart, also for people who tell few colours apart.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openPage, openStand, PATIENCE } from './stand.js';

const stand = openStand();

/** What a display shows to whom (Machado, Oliveira and Fernandes 2009, severity 1), on linear light. */
const eyes = {
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

/** The least distance between two colours that mean different things: some five times what is just told apart. */
const APART = 12;

const times = (/** @type {number[][]} */ matrix, /** @type {number[]} */ vector) =>
  matrix.map((row) => row.reduce((sum, factor, index) => sum + factor * (vector[index] ?? 0), 0));

/** A colour in CIE L*a*b*, as those eyes see it. @param {string} hex @param {number[][]} eye */
function lab(hex, eye) {
  const linear = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  const seen = times(eye, linear).map((c) => Math.min(1, Math.max(0, c)));
  const xyz = times([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]], seen);
  const [x = 0, y = 0, z = 0] = [0.95047, 1, 1.08883].map((white, index) => {
    const share = (xyz[index] ?? 0) / white;
    return share > 0.008856 ? Math.cbrt(share) : 7.787 * share + 16 / 116;
  });
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const distance = (/** @type {string} */ one, /** @type {string} */ other, /** @type {number[][]} */ eye) => {
  const [a, b] = [lab(one, eye), lab(other, eye)];
  return Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)));
};

for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  test(`seats and roles are told apart by everybody: ${colorScheme}`, { timeout: PATIENCE }, async () => {
    const { page, context } = await openPage(stand.browser, { colorScheme });
    await page.goto(stand.url);
    /** The page's own colours, as the browser works them out. */
    const colours = await page.evaluate(() => {
      const probe = document.body.appendChild(document.createElement('i'));
      const names = ['first', 'second', 'honest', 'liar'].flatMap((name) => [name, `board-${name}`]);
      const hex = (/** @type {string} */ name) => {
        probe.style.color = `var(--${name})`;
        const [r, g, b] = getComputedStyle(probe).color.match(/\d+/g)?.map(Number) ?? [];
        return '#' + [r, g, b].map((value) => (value ?? 0).toString(16).padStart(2, '0')).join('');
      };
      return Object.fromEntries(names.map((name) => [name, hex(name)]));
    });
    for (const prefix of ['', 'board-']) {
      for (const pair of [['first', 'second'], ['honest', 'liar']]) {
        const [one = '', other = ''] = pair.map((name) => colours[`${prefix}${name}`]);
        for (const [name, eye] of Object.entries(eyes)) {
          const apart = distance(one, other, eye);
          assert.ok(apart > APART, `${prefix}${pair.join(' and ')}: ${apart.toFixed(1)} apart with ${name}`);
        }
      }
    }
    await context.close();
  });
}

test('where colours fail, shapes tell the debaters apart', { timeout: PATIENCE }, async () => {
  const { page, context } = await openPage(stand.browser);
  await page.goto(stand.url);
  await page.locator('.example g.number').first().waitFor();
  const corners = await page.locator('.example figure').first().locator('g.number rect').evaluateAll((all) => all.map((rect) => Number(rect.getAttribute('rx'))));
  assert.deepEqual(corners, [0.8, 0.22, 0.8, 0.22, 0.8, 0.22], 'discs for the first debater, squares for the second');
  await context.close();
});
