// A person debates, against a program or another person.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { create, legal, mnist, openLine, openPage, openStand, PATIENCE, revealed, truth } from './stand.js';

/** @typedef {import('playwright-core').Page} Page */

const stand = openStand();

/** Takes a seat against a program. @param {Page} page @param {{ seat?: string, program?: string }} [choice] */
async function sit(page, { seat = 'Honest', program = 'greedy' } = {}) {
  await page.goto(`${stand.url}/#/debate`);
  await page.getByRole('radio', { name: seat }).check();
  await page.getByLabel('The program').selectOption(program);
  await page.getByRole('button', { name: 'Take the seat' }).click();
  await area(page).waitFor();
}

const area = (/** @type {Page} */ page) => page.getByRole('application');
const turn = (/** @type {Page} */ page) => page.getByRole('timer').getByText('Your turn').waitFor();
const chosen = (/** @type {Page} */ page) => page.locator('.chosen').innerText();

/** The image that a debater was told. @param {string[]} told */
function imageOf(told) {
  const { view } = told.map((frame) => JSON.parse(frame)).find(({ type }) => type === 'snapshot');
  return { view, pixels: Buffer.from(view.image.pixels, 'base64') };
}

/** Where a pixel lies on the screen. @param {Page} page @param {[number, number]} pixel */
async function spot(page, [x, y]) {
  await area(page).scrollIntoViewIfNeeded();
  const box = await area(page).boundingBox();
  if (!box) throw new Error('the board is not shown');
  return { x: box.x + (x + 0.5) * (box.width / 28), y: box.y + (y + 0.5) * (box.height / 28) };
}

/** A pixel that may be revealed, amid the others; the board says which these are. @param {Page} page */
async function choice(page) {
  const all = await legal(page);
  const pixel = all[Math.floor(all.length / 2)];
  if (!pixel) throw new Error('no pixel may be revealed');
  return { pixel, ...(await spot(page, pixel)) };
}

test('a debate is played by keys alone, and illegal choices explain themselves', { timeout: 2 * PATIENCE }, async () => {
  const { page, faults, told, context } = await openPage(stand.browser);
  await sit(page);
  await turn(page);
  const { view, pixels } = imageOf(told);
  const label = view.claims[view.seat];
  await page.getByText(`Make the judge believe ${label}. It is the truth.`).waitFor();
  assert.equal(view.role, 'honest');
  const made = await revealed(page);

  await area(page).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('PageUp');
  assert.match(await chosen(page), /^Column 0, row 0, value 0, black/);
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('only a nonzero pixel may be revealed').waitFor();
  // It is said once, and to people.
  assert.doesNotMatch(await page.getByRole('main').innerText(), /Expected|only pixels above 0/);
  assert.equal(await chosen(page), 'Column 0, row 0, value 0, black');
  assert.equal(await revealed(page), made);

  const first = pixels.findIndex((value, index) => value > 0 && !view.evidence.some((/** @type {any} */ { pixel }) => pixel[1] * 28 + pixel[0] === index));
  await page.keyboard.press('n');
  const after = (await chosen(page)).match(/^Column (\d+), row (\d+), value (\d+)$/);
  assert.ok(after, await chosen(page));
  const [x, y, value] = after.slice(1).map(Number);
  assert.equal(pixels[(y ?? 0) * 28 + (x ?? 0)], value);
  assert.ok((y ?? 0) * 28 + (x ?? 0) >= first);
  await page.keyboard.press('Enter');
  await page.locator('.evidence g.number').nth(made).waitFor();

  // The same pixel again: it says why not.
  await turn(page);
  await area(page).focus();
  assert.match(await chosen(page), /already revealed, number \d/);
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText(/already/).waitFor();

  for (let moves = 1; moves < 3; moves += 1) {
    await turn(page);
    await page.keyboard.press('n');
    await page.keyboard.press('Enter');
    await page.locator('.evidence g.number').nth(made + 2 * moves).waitFor();
  }
  await truth(page);
  await page.getByText(/^You (win|lose)\./).first().waitFor();
  await page.getByRole('table', { name: /^Belief in/ }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('the mouse shows values and reveals, through a reload and a lost connection', { timeout: 2 * PATIENCE }, async () => {
  const { page, told, context } = await openPage(stand.browser);
  const line = await openLine(page);
  await sit(page, { seat: 'Liar' });
  await turn(page);
  const { view, pixels } = imageOf(told);
  await page.getByText('It is a lie.').waitFor();
  let place = await choice(page);
  await page.mouse.move(place.x, place.y);
  const [x, y] = place.pixel;
  assert.equal(await chosen(page), `Column ${x}, row ${y}, value ${pixels[y * 28 + x]}`);
  const made = await revealed(page);
  assert.equal(made, view.seat === 'first' ? 0 : 1);
  await page.mouse.click(place.x, place.y);
  await page.locator('.evidence g.number').nth(made).waitFor();
  await turn(page);

  await page.reload();
  await turn(page);
  assert.equal(await revealed(page), made + 2);
  place = await choice(page);
  await page.mouse.click(place.x, place.y);
  await page.locator('.evidence g.number').nth(made + 2).waitFor();
  await turn(page);

  // Without a connection nothing is shown that the server has not said.
  await line.cut();
  await page.getByRole('status').getByText('Connection lost').waitFor();
  const before = await revealed(page);
  place = await choice(page);
  await page.mouse.click(place.x, place.y);
  assert.ok(await page.getByRole('button', { name: 'Reveal this pixel' }).isDisabled());
  assert.equal(await revealed(page), before);
  line.mend();
  await page.getByRole('status').getByText('Connected').waitFor();
  await page.getByRole('button', { name: 'Reveal this pixel' }).click();
  await truth(page);
  await context.close();
});

test('a drag or a long press that ends on the board reveals nothing', { timeout: PATIENCE }, async () => {
  const { page, said, context } = await openPage(stand.browser);
  await sit(page, { program: 'random' });
  await turn(page);
  const { x, y } = await choice(page);
  const made = await revealed(page);
  // From outside, from the next pixel, and from the pixel itself, pressed for long.
  const box = await area(page).boundingBox();
  const cell = (box?.width ?? 0) / 28;
  for (const [fromX, fromY] of [[(box?.x ?? 0) - 5, y], [x + cell, y]]) {
    await page.mouse.move(fromX ?? 0, fromY ?? 0);
    await page.mouse.down();
    await page.mouse.move(x, y, { steps: 4 });
    await page.mouse.up();
  }
  await page.mouse.down();
  const start = await page.evaluate(() => performance.now());
  await page.waitForFunction((start) => performance.now() - start > 1100, start);
  await page.mouse.up();
  // The cursor is there, and one click, as the page reads them in order, reveals one pixel.
  await page.mouse.click(x, y);
  await page.locator('.evidence g.number').nth(made).waitFor();
  assert.equal(said.filter((frame) => JSON.parse(frame).type === 'reveal').length, 1);
  await context.close();
});

test('a finger scrolls past the board', { timeout: PATIENCE }, async () => {
  const { page, context } = await openPage(stand.browser, { hasTouch: true, isMobile: true, viewport: { width: 360, height: 640 } });
  await sit(page, { program: 'random' });
  await turn(page);
  await area(page).scrollIntoViewIfNeeded();
  const box = await area(page).boundingBox();
  const before = await page.evaluate(() => scrollY);
  const finger = await context.newCDPSession(page);
  const x = Math.round((box?.x ?? 0) + 150);
  const y = Math.round((box?.y ?? 0) + 200);
  const touch = (/** @type {'touchStart' | 'touchMove' | 'touchEnd'} */ type, /** @type {number[]} */ ...ys) =>
    finger.send('Input.dispatchTouchEvent', { type, touchPoints: ys.map((y) => ({ x, y })) });
  await touch('touchStart', y);
  for (let moved = 20; moved <= 160; moved += 20) await touch('touchMove', y - moved);
  await touch('touchEnd');
  await page.waitForFunction((before) => scrollY > before + 80, before);
  await context.close();
});

test('a finger chooses a pixel, and a button reveals it', { timeout: PATIENCE }, async () => {
  const { page, told, context } = await openPage(stand.browser, { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } });
  await sit(page, { seat: 'Either', program: 'random' });
  await turn(page);
  const { pixels } = imageOf(told);
  const made = await revealed(page);
  const place = await choice(page);
  await page.touchscreen.tap(place.x, place.y);
  const [x, y] = place.pixel;
  await page.locator('.chosen').getByText(`Column ${x}, row ${y}, value ${pixels[y * 28 + x]}`).waitFor();
  assert.equal(await revealed(page), made, 'a touch alone reveals nothing');
  await page.getByRole('button', { name: 'Reveal this pixel' }).tap();
  await page.locator('.evidence g.number').nth(made).waitFor();
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
  await context.close();
});

test('who gives up has lost', { timeout: PATIENCE }, async () => {
  const { page, context } = await openPage(stand.browser);
  await sit(page, { program: 'random' });
  await page.getByRole('button', { name: 'Give up' }).click();
  await page.getByRole('button', { name: 'Really give up' }).click();
  await truth(page);
  await page.getByText('You lose. The honest debater gave up.').first().waitFor();
  await context.close();
});

test('two people play each other by link, and a third judges', { timeout: 2 * PATIENCE }, async () => {
  const [ada, lou, jo] = await Promise.all([openPage(stand.browser), openPage(stand.browser), openPage(stand.browser)]);
  await ada.page.goto(`${stand.url}/#/debate`);
  await ada.page.getByRole('radio', { name: 'Honest' }).check();
  for (const person of await ada.page.getByRole('radio', { name: 'A person, by a link' }).all()) await person.check();
  await ada.page.getByLabel('Your name, told with the outcome').fill('Ada');
  await ada.page.getByRole('button', { name: 'Take the seat' }).click();
  await ada.page.getByText('The debate begins when everybody has come.').waitFor();
  await ada.page.reload();
  const invited = (/** @type {string} */ name) => ada.page.getByLabel(name).inputValue();
  await lou.page.goto(await invited('Link for the other debater'));
  await lou.page.getByText('It is a lie.').waitFor();
  // A move before the beginning says why not.
  await area(ada.page).focus();
  await ada.page.keyboard.press('n');
  await ada.page.keyboard.press('Enter');
  await ada.page.getByRole('alert').waitFor();
  await jo.page.goto(await invited('Link for the judge'));

  const { view, pixels } = imageOf(ada.told);
  const players = view.seat === 'first' ? [ada, lou] : [lou, ada];
  for (let move = 0; move < 6; move += 1) {
    const { page } = players[move % 2] ?? ada;
    await turn(page);
    // A clock that both debaters see runs.
    await page.getByRole('timer').getByText(/\d:\d\d/).first().waitFor();
    await area(page).focus();
    for (let step = 0; step < 6; step += 1) await page.keyboard.press('n');
    await page.keyboard.press('Enter');
    if (move === 2) await page.reload();
    for (const { page } of [ada, lou]) await page.locator('.evidence g.number').nth(move).waitFor();
    await jo.page.getByText(move === 0 ? 'You have seen nothing yet' : `After ${move === 1 ? 'one reveal' : `${move} reveals`}`).waitFor();
    await jo.page.keyboard.press('ArrowLeft');
    await jo.page.keyboard.press('Enter');
  }
  await jo.page.getByText('After 6 reveals').waitFor();
  await jo.page.keyboard.press('Space');
  await jo.page.keyboard.press('Enter');
  await jo.page.getByText('Whom do you believe?').waitFor();
  const secret = pixels.toString('base64').slice(0, 40);
  const before = jo.told.join('\n');
  for (const word of [secret, '"honest"', '"liar"', '"label"', '"index"']) assert.ok(!before.includes(word), word);
  await jo.page.keyboard.press('Enter');
  for (const { page } of [ada, lou, jo]) await truth(page);
  const ending = jo.told.map((frame) => JSON.parse(frame)).find((message) => message.ending).ending;
  assert.equal(ending.truth.label, mnist(ending.background.source.index).label);
  assert.equal(ending.background.players.honest, 'outside:Ada');
  await ada.page.getByText(`You ${ending.outcome.winner === 'honest' ? 'win' : 'lose'}.`).first().waitFor();
  await lou.page.getByText(`You ${ending.outcome.winner === 'honest' ? 'lose' : 'win'}.`).first().waitFor();
  for (const { faults, context } of [ada, lou, jo]) {
    assert.deepEqual(faults, []);
    await context.close();
  }
});

test('who runs out of time is warned, and has lost', { timeout: PATIENCE }, async () => {
  const clock = { move_ms: 12_000, bank_ms: 0 };
  const { debate, tokens } = await create(stand.url, { honest: 'outside', liar: 'random', first: 'honest', clock });
  const { page, faults, context } = await openPage(stand.browser);
  // What the clock says in the moment of the warning.
  await page.addInitScript(() => {
    const warned = /** @type {string[]} */ ([]);
    Object.assign(globalThis, { warned });
    new MutationObserver(() => {
      const warning = [...document.querySelectorAll('[role=alert]')].some(({ textContent }) => textContent?.includes('Less than ten seconds left.'));
      if (warning && warned.length === 0) warned.push(document.querySelector('[role=timer] b')?.textContent ?? '');
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  await page.goto(`${stand.url}/#/debate/${debate}/${tokens['honest']}`);
  await turn(page);
  await page.getByRole('alert').getByText('Less than ten seconds left.').waitFor({ state: 'attached' });
  const [shown] = await page.evaluate(() => /** @type {any} */ (globalThis).warned);
  assert.match(shown, /^0:(0\d|10)$/, 'not before');
  await truth(page);
  await page.getByText('You lose. The honest debater ran out of time.').first().waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});
