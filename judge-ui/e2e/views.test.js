// Every view as people see it: on a desk and on a phone, in light and dark; what axe finds is a fault.
// The pictures lie in judge-ui/screenshots, to be looked at.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { openPage, openStand, PATIENCE, played, violations } from './stand.js';
import { keepRecord, over as setup, scrolled, views } from './views.js';

const folder = fileURLToPath(new URL('../screenshots', import.meta.url));

const stand = openStand();

mkdirSync(folder, { recursive: true });

const sizes = [
  { name: 'desk-light', viewport: { width: 1280, height: 860 }, colorScheme: /** @type {const} */ ('light') },
  { name: 'phone-dark', viewport: { width: 360, height: 640 }, colorScheme: /** @type {const} */ ('dark'), hasTouch: true, isMobile: true },
  { name: 'desk-dark', viewport: { width: 1280, height: 860 }, colorScheme: /** @type {const} */ ('dark') },
  { name: 'phone-light', viewport: { width: 360, height: 640 }, colorScheme: /** @type {const} */ ('light'), hasTouch: true, isMobile: true },
];

for (const { name: size, ...options } of sizes) {
  test(`every view is whole and without a fault: ${size}`, { timeout: 3 * PATIENCE }, async () => {
    const { debate: over } = await played(stand.url, setup);
    await played(stand.url, { image: 61, lie: 3, honest: 'greedy', liar: 'random', first: 'liar' });
    const { debate: open } = await played(stand.url, { precommit: false });
    const { page, faults, context } = await openPage(stand.browser, options);
    await keepRecord(stand, context);
    const phone = 'isMobile' in options;
    // What is pictured must be what a phone shows: it has no mouse, not even while it is pictured.
    await context.addInitScript(() => matchMedia('(hover: none)').addEventListener('change', () => console.error('the pointer has changed')));
    /** @type {string[]} */
    const found = [];
    for (const [view, visit] of Object.entries(views(stand))) {
      await visit(page, { over, open });
      const path = `${folder}/${view}-${size}.png`;
      if (phone) writeFileSync(path, await scrolled(page));
      else await page.screenshot({ path, fullPage: true });
      if (phone !== (await page.evaluate(() => matchMedia('(hover: none)').matches))) found.push(`${view} is not shown as on a ${phone ? 'phone' : 'desk'}`);
      found.push(...(await violations(page)).map((fault) => `${view}: ${fault}`));
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > options.viewport.width) found.push(`${view} is ${width} pixels wide`);
    }
    assert.deepEqual(found, []);
    assert.deepEqual(faults, []);
    await context.close();
  });
}
