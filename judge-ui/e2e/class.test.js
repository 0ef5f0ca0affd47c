// A class votes together: a presenter on a wall, people on phones, over a real server.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { openLine, openPage, PATIENCE, startBrowser, startServer, temporaryFolder, violations } from './stand.js';
import { scrolled } from './views.js';

/** @typedef {import('playwright-core').Page} Page */

const folder = fileURLToPath(new URL('../screenshots', import.meta.url));
mkdirSync(folder, { recursive: true });

/** @type {import('playwright-core').Browser} */
let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

const wall = { viewport: { width: 1920, height: 1080 }, colorScheme: /** @type {const} */ ('light') };
const phone = { viewport: { width: 390, height: 844 }, colorScheme: /** @type {const} */ ('dark'), hasTouch: true, isMobile: true };

const button = (/** @type {Page} */ page, /** @type {string | RegExp} */ name) => page.getByRole('button', { name });

/** What axe finds and what is too wide, and a picture. @param {Page} page @param {string} name @param {string[]} found */
async function look(page, name, found) {
  const png = name.startsWith('class-wall') ? await page.screenshot() : await scrolled(page);
  writeFileSync(`${folder}/${name}.png`, png);
  found.push(...(await violations(page)).map((fault) => `${name}: ${fault}`));
  const { width, most } = await page.evaluate(() => ({ width: document.documentElement.scrollWidth, most: innerWidth }));
  if (width > most) found.push(`${name} is ${width} pixels wide`);
}

/** Votes on a phone by keys alone: so many steps of five to the side of the first claim. @param {Page} page @param {number} steps */
async function vote(page, steps) {
  const slider = page.getByRole('slider', { name: 'Belief' });
  await slider.waitFor();
  assert.match((await slider.getAttribute('aria-valuetext')) ?? '', /^not set yet/);
  // Screen readers announce what changes in a place that was there, and not what comes with its text.
  assert.equal(await page.locator('.given[role="status"]').innerText(), '', 'there is a place for what will be announced');
  await page.keyboard.press('Space');
  for (let step = 0; step < Math.abs(steps); step += 1) await page.keyboard.press(steps > 0 ? 'ArrowRight' : 'ArrowLeft');
  await page.keyboard.press('Enter');
  await page.getByText('Your vote is in').waitFor();
}

test('a presenter and three phones: votes, histogram, truth, ranking, and the next debate', { timeout: 2 * PATIENCE }, async (t) => {
  const store = temporaryFolder();
  let server = await startServer({ store: join(store, 'debates.db') });
  t.after(async () => {
    await server.stop();
    rmSync(store, { recursive: true });
  });
  /** @type {string[]} */
  const found = [];
  const presenter = await openPage(browser, wall);
  await presenter.page.goto(server.url);
  await presenter.page.getByRole('link', { name: 'With a class' }).click();
  await presenter.page.getByRole('heading', { name: 'Join with your phone' }).waitFor();
  const code = /#\/class\/(\w{6})\//.exec(presenter.page.url())?.[1] ?? '';
  assert.match(code, /^[2-9A-HJKMNP-TW-Z]{6}$/);
  await presenter.page.getByRole('img', { name: `QR code of ${server.url}/#/c/${code}` }).waitFor();

  const people = [];
  for (const name of ['Ann', 'Ann', '']) {
    const person = await openPage(browser, phone);
    const line = await openLine(person.page);
    // As it may be copied from a wall.
    await person.page.goto(`${server.url}/#/c/${code.toLowerCase()}`);
    await person.page.getByRole('heading', { name: 'Join the class' }).waitFor();
    if (people.length === 0) await look(person.page, 'class-phone-join', found);
    // By keyboard alone.
    await person.page.getByRole('textbox', { name: 'Your name in the ranking' }).focus();
    await person.page.keyboard.type(name);
    await person.page.keyboard.press('Enter');
    await person.page.getByRole('heading', { name: /You’re in/ }).waitFor();
    await person.page.locator('[aria-live]').getByText(/^You’re in.*begins soon/).waitFor();
    people.push({ ...person, line });
  }
  const [ann, other, nobody] = /** @type {[typeof people[0], typeof people[0], typeof people[0]]} */ (/** @type {unknown} */ (people));
  await other.page.getByRole('heading', { name: 'You’re in, Ann 2.' }).waitFor();
  await look(nobody.page, 'class-phone-waiting', found);
  await presenter.page.getByText('3 people are here').waitFor();
  await presenter.page.getByText('1 person without a name').waitFor();
  await look(presenter.page, 'class-wall-join', found);

  await presenter.page.getByRole('combobox', { name: 'Debaters' }).selectOption('greedy');
  await presenter.page.getByRole('combobox', { name: 'Pixels' }).selectOption('4');
  await button(presenter.page, 'Start the first debate').click();
  await button(presenter.page, 'First pixel').waitFor();
  await look(presenter.page, 'class-wall-begin', found);
  for (const { page } of people) await page.getByText('Nothing is revealed yet').waitFor();

  for (const pixel of [1, 2, 3, 4]) {
    // As a clicker does.
    await presenter.page.keyboard.press('PageDown');
    await presenter.page.getByText(pixel < 4 ? `Pixel ${pixel} of 4` : 'All 4 pixels are there').waitFor();
    if (pixel === 2) {
      // A reload, a lost connection and a server that starts again change nobody.
      await ann.page.reload();
      await other.line.cut();
      await other.page.getByRole('status').first().getByText('Connection lost').waitFor();
      other.line.mend();
      const { host } = new URL(server.url);
      await server.stop();
      server = await startServer({ store: join(store, 'debates.db'), address: host });
      for (const { page } of [presenter, ...people]) await page.getByRole('status').first().getByText('Connected').waitFor();
    }
    if (pixel === 3) await look(ann.page, 'class-phone-vote', found);
    await vote(ann.page, 3);
    await presenter.page.getByText('1 of 3 have voted').waitFor();
    assert.equal(await presenter.page.getByRole('region', { name: 'The votes of all' }).count(), 0, 'no votes before the presenter says');
    await vote(other.page, -2);
    await vote(nobody.page, 0);
    await presenter.page.getByText('3 of 3 have voted').waitFor();
  }
  await look(ann.page, 'class-phone-voted', found);
  await look(presenter.page, 'class-wall-voted', found);
  for (const { told } of people) {
    const secrets = told.filter((frame) => /"truth":\{|"histogram":\{|"opinion"|"honest"/.test(frame) && !frame.includes('"hello"'));
    assert.deepEqual(secrets, [], 'nothing but evidence');
  }

  await button(presenter.page, 'Show the votes').click();
  for (const { page } of [presenter, ...people]) await page.getByRole('img', { name: /^3 votes: / }).waitFor();
  await look(presenter.page, 'class-wall-votes', found);
  await look(ann.page, 'class-phone-votes', found);

  await button(presenter.page, 'Tell the truth').focus();
  await presenter.page.keyboard.press('Enter');
  await presenter.page.getByRole('heading', { name: /It was an? \d/ }).waitFor();
  for (const { page } of people) {
    await page.getByText(/of 400 points in this debate/).waitFor();
    await page.getByText(/place \d/).waitFor();
  }
  const points = await Promise.all(people.map(async ({ page }) => Number(await page.locator('.points b').innerText())));
  const [ofAnn = 0, ofOther = 0, ofNobody] = points;
  assert.equal(ofNobody, 300, 'undecided four times');
  assert.ok(ofAnn !== ofOther && ofAnn > 0 && ofOther > 0, String(points));
  await look(presenter.page, 'class-wall-truth', found);

  await button(presenter.page, 'Show the ranking').click();
  const ranking = presenter.page.getByRole('region', { name: 'Ranking' }).getByRole('listitem');
  await ranking.first().waitFor();
  const names = await ranking.locator('.name').allInnerTexts();
  assert.deepEqual(names, ofAnn > ofOther ? ['Ann', 'Ann 2'] : ['Ann 2', 'Ann']);
  await nobody.page.getByRole('region', { name: 'Ranking' }).waitFor();
  await look(presenter.page, 'class-wall-ranking', found);
  await look(ann.page, 'class-phone-truth', found);

  // Two of the class debate.
  for (const { page } of [ann, other]) await page.getByRole('checkbox', { name: /I would debate/ }).check();
  await presenter.page.getByRole('option', { name: 'Drawn from 2 people who would' }).waitFor({ state: 'attached' });
  await presenter.page.getByRole('combobox', { name: 'Debaters' }).selectOption('drawn');
  await presenter.page.getByRole('combobox', { name: 'Pixels' }).selectOption('4');
  await button(presenter.page, 'Next debate').click();
  await presenter.page.getByText('Ann and Ann 2 debate').waitFor();
  await nobody.page.getByText('Nothing is revealed yet').waitFor();
  for (const pixel of [1, 2, 3, 4]) {
    await button(presenter.page, pixel === 1 ? 'First pixel' : 'Next pixel').click();
    await presenter.page.getByText(/debater chooses a pixel/).waitFor();
    const turns = [ann, other].map(async (one) => (await one.page.getByRole('timer').getByText('Your turn').waitFor(), one));
    const { page } = await Promise.race(turns);
    if (pixel === 1) await look(page, 'class-phone-debate', found);
    await page.getByRole('application').focus();
    await page.keyboard.press('n');
    await page.keyboard.press('Enter');
    await presenter.page.getByText(pixel < 4 ? `Pixel ${pixel} of 4` : 'All 4 pixels are there').waitFor();
    await vote(nobody.page, 1);
    await presenter.page.getByText('1 of 1 have voted').waitFor();
  }
  await button(presenter.page, 'Tell the truth').click();
  for (const { page } of [ann, other]) await page.getByText(/as much as the class believed you/).waitFor();
  await nobody.page.getByText(/of 400 points in this debate/).waitFor();

  await button(presenter.page, 'End the class').click();
  await button(presenter.page, 'Yes, end the class').click();
  for (const { page } of [presenter, ...people]) await page.getByRole('heading', { name: 'The class is over' }).waitFor();
  await look(nobody.page, 'class-phone-over', found);
  assert.deepEqual(found, []);
  // A server that was stopped on purpose is said to be missed; nothing else went wrong.
  for (const { faults, context } of [presenter, ...people]) {
    assert.deepEqual(faults.filter((fault) => !/WebSocket (connection|is already)|ERR_CONNECTION/.test(fault)), []);
    await context.close();
  }
});

test('the presenter closes the door and sends somebody away', { timeout: PATIENCE }, async (t) => {
  const store = temporaryFolder();
  let server = await startServer({ store: join(store, 'debates.db') });
  t.after(async () => {
    await server.stop();
    rmSync(store, { recursive: true });
  });
  /** @type {string[]} */
  const found = [];
  const presenter = await openPage(browser, wall);
  await presenter.page.goto(`${server.url}/#/class`);
  await presenter.page.getByRole('heading', { name: 'Join with your phone' }).waitFor();
  const code = /#\/class\/(\w{6})\//.exec(presenter.page.url())?.[1] ?? '';
  const come = async (/** @type {string} */ name) => {
    const person = await openPage(browser, phone);
    await person.page.goto(`${server.url}/#/c/${code}`);
    await person.page.getByRole('textbox', { name: 'Your name in the ranking' }).fill(name);
    await person.page.keyboard.press('Enter');
    return person;
  };
  const people = [await come('Ann'), await come('Mallory'), await come('')];
  const [ann, mallory] = /** @type {[typeof people[0], typeof people[0]]} */ (/** @type {unknown} */ (people));
  for (const { page } of people) await page.getByRole('heading', { name: /You’re in/ }).waitFor();
  await presenter.page.getByText('3 people are here').waitFor();

  // By keyboard alone.
  await presenter.page.locator('summary').focus();
  await presenter.page.keyboard.press('Enter');
  await button(presenter.page, 'Close the door').focus();
  await presenter.page.keyboard.press('Enter');
  await presenter.page.getByText('The door is closed: nobody new can join.').waitFor();
  await button(presenter.page, 'Send Mallory away').focus();
  await presenter.page.keyboard.press('Enter');
  await look(presenter.page, 'class-wall-door', found);
  await button(presenter.page, 'Yes, send Mallory away').click();
  await mallory.page.getByRole('heading', { name: 'You were sent away' }).waitFor();
  await look(mallory.page, 'class-phone-away', found);
  await presenter.page.getByText('2 people are here').waitFor();
  assert.equal(await presenter.page.getByText('Mallory').count(), 0, 'no name is left');

  const late = await come('Late');
  await late.page.getByText(/closed the door/).waitFor();
  await look(late.page, 'class-phone-closed', found);

  // A server that starts again knows both.
  const { host } = new URL(server.url);
  await server.stop();
  server = await startServer({ store: join(store, 'debates.db'), address: host });
  await mallory.page.reload();
  await mallory.page.getByRole('heading', { name: 'You were sent away' }).waitFor();
  await ann.page.getByRole('status').first().getByText('Connected').waitFor();
  await presenter.page.getByRole('status').first().getByText('Connected').waitFor();
  await button(late.page, 'Join').click();
  await late.page.getByText(/closed the door/).waitFor();

  // Also while a debate goes on.
  await presenter.page.getByRole('combobox', { name: 'Debaters' }).selectOption('greedy');
  await button(presenter.page, 'Start the first debate').click();
  await button(presenter.page, 'First pixel').click();
  await ann.page.getByRole('slider', { name: 'Belief' }).waitFor();
  await presenter.page.locator('summary').click();
  await presenter.page.getByText('The door is closed', { exact: true }).waitFor();
  await look(presenter.page, 'class-wall-people', found);
  await button(presenter.page, 'Open the door').click();
  await button(late.page, 'Join').click();
  await late.page.getByRole('slider', { name: 'Belief' }).waitFor();
  await button(presenter.page, 'Send Ann away').click();
  await button(presenter.page, 'Yes, send Ann away').click();
  await ann.page.getByRole('heading', { name: 'You were sent away' }).waitFor();
  assert.deepEqual(found, []);
  for (const { faults, context } of [presenter, late, ...people]) {
    assert.deepEqual(faults.filter((fault) => !/WebSocket (connection|is already)|ERR_CONNECTION/.test(fault)), []);
    await context.close();
  }
});

test('who comes with a wrong code is told so', { timeout: PATIENCE }, async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  const { page, context } = await openPage(browser, phone);
  await page.goto(`${server.url}/#/c/K7WM3X`);
  await page.getByRole('heading', { name: 'There is no such class' }).waitFor();
  assert.deepEqual(await violations(page), []);
  await context.close();
});
