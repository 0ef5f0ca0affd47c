// A debate that is over, move by move.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { create, held, judgeByProgram, openDebater, openLine, openPage, openStand, PATIENCE, played, revealed, truth } from './stand.js';

const stand = openStand();

test('a slider goes over the moves, and each position has its address', { timeout: PATIENCE }, async () => {
  const { debate, transcript } = await played(stand.url, { image: 17 });
  const { page, faults, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/replay/${debate}`);
  await truth(page);
  assert.equal(await revealed(page), 6);
  assert.ok((await page.locator('.image .lit').count()) > 50);
  assert.equal(await page.locator('.evidence .lit').count(), 0);
  await page.getByRole('table', { name: /^Belief in/ }).waitFor();
  const beliefs = await page.getByRole('table', { name: /^Belief in/ }).getByRole('row').count();
  assert.equal(beliefs, 8, 'a head, before the first reveal, and after each of six');
  const slider = page.getByRole('slider', { name: 'Position' });
  assert.match((await slider.getAttribute('aria-valuetext')) ?? '', /^Verdict: \d\.$/);

  await page.locator('body').press('ArrowLeft');
  await page.locator('body').press('ArrowLeft');
  await page.waitForURL(/\/5$/);
  assert.equal(await revealed(page), 5);
  const { by, pixel, value } = transcript.events[4];
  await page.getByText(`Reveal 5 of 6, ${by} debater, column ${pixel[0]}, row ${pixel[1]}, value ${value}.`).first().waitFor();
  await slider.fill('2');
  assert.equal(await revealed(page), 2);
  assert.equal(await page.locator('.opinion .answer').count(), 0, 'no verdict before the end');
  await page.reload();
  await truth(page);
  assert.equal(await revealed(page), 2);
  // The page's time is the test's from here.
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  const stop = page.getByRole('button', { name: 'Stop' });
  await stop.waitFor();
  for (const position of [3, 4]) {
    await page.clock.runFor(1200);
    await page.waitForURL(new RegExp(`/${position}$`));
  }
  await stop.click();
  await page.clock.runFor(5000);
  assert.match(page.url(), /\/4$/, 'it stands where it was stopped');
  await page.locator('body').press('Home');
  assert.equal(await revealed(page), 0);
  await page.getByText('Before the first reveal.').first().waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('a debate is taken along as JSON, PNG, SVG, GIF and by its link', { timeout: PATIENCE }, async () => {
  const kept = await played(stand.url);
  const { debate } = kept;
  const { page, context } = await openPage(stand.browser, { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto(`${stand.url}/#/replay/${debate}/3`);
  await truth(page);
  const starts = { JSON: '{', PNG: '\x89PNG', SVG: '<svg', GIF: 'GIF89a' };
  for (const [kind, start] of Object.entries(starts)) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: kind, exact: true }).click()]);
    assert.equal(download.suggestedFilename(), `debate-${debate}.${kind.toLowerCase()}`);
    const bytes = readFileSync(await download.path());
    assert.ok(bytes.toString('latin1').includes(start), kind);
    if (kind === 'JSON') assert.deepEqual(JSON.parse(bytes.toString()), kept);
  }
  await page.getByRole('button', { name: /^Copy/ }).click();
  await page.getByText('Copied.').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${stand.url}/#/replay/${debate}/3`);
  await context.close();
});

test('a lost connection takes nothing from a replay', { timeout: PATIENCE }, async () => {
  const { debate } = await played(stand.url, { precommit: false });
  const { page, context } = await openPage(stand.browser);
  const line = await openLine(page);
  await page.goto(`${stand.url}/#/replay/${debate}/3`);
  await truth(page);
  await line.cut();
  await page.getByRole('status').first().getByText('Connection lost').waitFor();
  await page.locator('body').press('ArrowRight');
  await page.waitForURL(/\/4$/);
  assert.equal(await revealed(page), 4);
  line.mend();
  await page.getByRole('status').first().getByText('Connected').waitFor();
  assert.equal(await revealed(page), 4);
  await context.close();
});

test('a debate under way is watched before it is replayed', { timeout: PATIENCE }, async () => {
  const created = await create(stand.url, held);
  const debater = await openDebater(stand, created, 'honest');
  const { page, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/replay/${created.debate}`);
  await page.getByRole('heading', { name: 'The debate is going on.' }).waitFor();
  for (let move = 0; move < 3; move += 1) await debater.reveal();
  // Over in the meantime, it is replayed at once.
  await truth(page);
  await debater.close();
  await context.close();
});

test('a position is analysed: what each reveal would do, and the best', { timeout: 2 * PATIENCE }, async () => {
  const { debate, transcript } = await played(stand.url, { image: 61, lie: 3, pixels: 4, first: 'honest' });
  const { page, faults, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/replay/${debate}/3`);
  await truth(page);
  assert.equal(await page.locator('.heat').count(), 0, 'nothing is asked for before it is wanted');
  await page.getByRole('button', { name: 'Analyse this position' }).click();
  await page.getByText(/it is proven that the/i).waitFor();
  const analysis = await (await fetch(`${stand.url}/api/debates/${debate}/analysis?revealed=3`)).json();
  assert.equal(analysis.by, 'liar');
  const marks = page.locator('.map .area .heat');
  assert.equal(await marks.count(), analysis.prospects.length);
  const towards = analysis.prospects.filter((/** @type {any} */ { margin }) => margin >= analysis.margin).length;
  assert.equal(await page.locator('.map .area rect.heat').count(), towards, 'squares towards the truth, discs towards the lie');
  const { pixel: [x, y], winner } = analysis.best;
  await page.getByText(winner === 'liar' ? `Best for the liar: column ${x}, row ${y}` : `The search would reveal column ${x}, row ${y}`).waitFor();
  await page.getByText(winner === 'liar' ? 'It is proven that the liar wins by it' : 'Nothing that the liar could reveal helps').waitFor();
  const [px, py] = transcript.events[3].pixel;
  await page.getByText(`Played was column ${px}, row ${py}`).waitFor();
  // The liar's strongest reply at once is the lowest margin.
  const lowest = [...analysis.prospects].sort((one, other) => one.margin - other.margin)[0];
  const row = page.getByRole('table', { name: /^The strongest replies of the liar/ }).getByRole('row').nth(1);
  assert.ok((await row.innerText()).startsWith(`column ${lowest.pixel[0]}, row ${lowest.pixel[1]}`));

  // By keys: the cursor goes from one legal pixel to the next, and says what it would do.
  const area = page.getByRole('application');
  await area.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('PageUp');
  await page.locator('.reply').getByText('Column 0, row 0, value 0: black, and so not legal.').waitFor();
  await page.keyboard.press('n');
  const [first] = analysis.prospects;
  const change = first.margin - analysis.margin;
  const said = `moves the margin by ${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(2)}`;
  await page.locator('.reply').getByText(`Column ${first.pixel[0]}, row ${first.pixel[1]}`).getByText(said).waitFor();
  await page.keyboard.press('ArrowRight');
  assert.match(page.url(), /\/3$/, 'the arrows move the cursor and not the position');

  // Another position is another question; at the end there is nothing left to reveal.
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByText('After 2 reveals the classifier’s margin').waitFor();
  await page.locator('.map').waitFor();
  await page.reload();
  await page.getByText('After 2 reveals the classifier’s margin').waitFor();
  await page.locator('body').press('End');
  await page.getByText('All pixels are revealed.').waitFor();
  assert.equal(await page.locator('.map').count(), 0);
  assert.deepEqual(faults, []);
  await context.close();
});

test('an analysis that the server cannot give says why, or is asked for again', { timeout: PATIENCE }, async () => {
  const { debate } = await played(stand.url, { pixels: 4 });
  const { page, context } = await openPage(stand.browser);
  const refuse = (/** @type {number} */ status, /** @type {object} */ refusal) =>
    page.route(/\/analysis/, (route) => route.fulfill({ status, json: refusal }), { times: 1 });
  await refuse(503, { code: 'busy', message: 'other positions are being analysed', expected: 'another try later' });
  await page.goto(`${stand.url}/#/replay/${debate}/3`);
  await truth(page);
  await page.getByRole('button', { name: 'Analyse this position' }).click();
  await page.getByText('Other positions are being analysed. It is asked again.').waitFor();
  await page.locator('.map').waitFor();
  await refuse(404, { code: 'not_found', message: 'the server has no classifier for debates like this one', expected: 'a debate of 4 pixels' });
  await page.locator('body').press('ArrowLeft');
  await page.getByText('The server has no classifier for debates like this one.').waitFor();
  await page.getByRole('button', { name: 'Stop analysing' }).click();
  assert.equal(await page.locator('.map').count(), 0);
  await context.close();
});

test('the chart points at the position, however late it is laid out and whatever its size', { timeout: PATIENCE }, async () => {
  const { debate } = await played(stand.url, { image: 17 });
  for (const viewport of [{ width: 1280, height: 860 }, { width: 360, height: 640 }]) {
    const { page, context } = await openPage(stand.browser, { viewport });
    /** Waits until the mark stands at so many of the six reveals. @param {number} reveals */
    const pointsAt = (reveals) =>
      page.waitForFunction((reveals) => {
        const mark = document.querySelector('.beliefs .u-cursor-x');
        const plot = document.querySelector('.beliefs .u-over');
        if (!mark || !plot || mark.classList.contains('u-off')) return false;
        const [line, field] = [mark.getBoundingClientRect(), plot.getBoundingClientRect()];
        return line.height > 100 && Math.abs(line.left - field.left - (field.width * reveals) / 6) < 1.5;
      }, reveals, { timeout: 30_000 });
    await page.goto(`${stand.url}/#/replay/${debate}/3`);
    await pointsAt(3);
    await page.locator('body').press('ArrowRight');
    await pointsAt(4);
    await page.setViewportSize({ ...viewport, width: viewport.width + 90 });
    await pointsAt(4);
    // The chart is made anew in other colours.
    await page.emulateMedia({ colorScheme: 'dark' });
    await pointsAt(4);
    await page.locator('body').press('Home');
    await pointsAt(0);
    await page.locator('body').press('End');
    await pointsAt(6);
    await context.close();
  }
});

test('a person’s verdict is told apart from the classifier’s logits', { timeout: PATIENCE }, async () => {
  const created = await create(stand.url, { honest: 'greedy', liar: 'greedy', judge: 'outside:Jo', pace_ms: 0, image: 61, lie: 3, first: 'honest' });
  await judgeByProgram(stand, created, 0.75);
  const { page, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/replay/${created.debate}`);
  await page.locator('.opinion .answer').getByText('the judge’s verdict').waitFor();
  await page.getByText('The bars are the classifier’s logits. It did not judge.').waitFor();
  assert.equal(await page.locator('.opinion').getByText('believed').count(), 0);
  await page.locator('.reveals .detail').getByText(/^\d leads by \d+\.\d\d\slogits$/).first().waitFor();
  const other = await played(stand.url, { image: 61, lie: 3 });
  await page.goto(`${stand.url}/#/replay/${other.debate}`);
  await page.locator('.opinion .answer').getByText('believed').waitFor();
  assert.equal(await page.getByText('It did not judge').count(), 0);
  await context.close();
});

test('the logits stay in their column', { timeout: PATIENCE }, async () => {
  const { debate } = await played(stand.url, { image: 61, lie: 3 });
  for (const width of [900, 1024, 1280]) {
    const { page, context } = await openPage(stand.browser, { viewport: { width, height: 800 } });
    await page.goto(`${stand.url}/#/replay/${debate}`);
    await page.locator('.opinion output').getByText(/[+−]/).first().waitFor();
    const out = await page.locator('section.opinion').evaluate((section) => {
      const { left, right } = section.getBoundingClientRect();
      return [...section.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > right + 0.5 || one.getBoundingClientRect().left < left - 0.5).length;
    });
    assert.equal(out, 0, `${out} parts stick out at ${width}`);
    await context.close();
  }
});

test('somebody else judges a debate that is over, at their own pace, and sees nothing of how it ended', { timeout: 2 * PATIENCE }, async () => {
  const { debate, transcript } = await played(stand.url, { image: 17, honest: 'greedy', liar: 'greedy' });
  const { page, faults, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/replay/${debate}`);
  await page.getByRole('button', { name: 'Have somebody else judge it' }).click();
  const url = await page.getByLabel('Link for the next judge').inputValue();

  const list = await (await fetch(`${stand.url}/api/debates`)).text();
  assert.ok(list.includes(debate) && !list.includes(url.split('/').at(-2) ?? ''), 'it is in no list');

  const other = await openPage(stand.browser, { viewport: { width: 360, height: 640 } });
  await other.page.goto(url);
  for (let seen = 0; seen <= 6; seen += 1) {
    await other.page.getByText(seen === 0 ? 'You have seen nothing yet' : `After ${seen === 1 ? 'one reveal' : `${seen} reveals`}`).waitFor();
    assert.equal(await revealed(other.page), seen);
    // The next one comes when this is judged, and not before.
    if (seen === 2) {
      await other.page.reload();
      await other.page.getByText('After 2 reveals').waitFor();
      assert.equal(await revealed(other.page), 2);
    }
    for (const key of ['ArrowRight', 'Enter']) await other.page.keyboard.press(key);
  }
  await other.page.getByText('Whom do you believe?').waitFor();
  const told = other.told.filter((frame) => !frame.includes('"type":"hello"')).join('\n');
  for (const secret of [debate, 'mnist', '"honest"', '"liar"', 'greedy']) assert.ok(!told.includes(secret), secret);
  await other.page.keyboard.press('Enter');
  await truth(other.page);
  const shown = other.told.map((frame) => JSON.parse(frame)).filter(({ type, event }) => type === 'event' && event.type === 'reveal');
  const pixels = new Set(shown.map(({ event }) => event.pixel.join()));
  assert.deepEqual([...pixels], transcript.events.slice(0, 6).map((/** @type {{pixel: number[]}} */ { pixel }) => pixel.join()));
  assert.deepEqual([faults, other.faults], [[], []]);
  await context.close();
  await other.context.close();
});
