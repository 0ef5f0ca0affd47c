// Watching debates, and setting them up.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { create, held, judgeByProgram, mnist, openDebater, openPage, openStand, PATIENCE, revealed, reveals, truth } from './stand.js';

const stand = openStand();

test('a visitor sees a live debate to its end, and another on a click', { timeout: 2 * PATIENCE }, async () => {
  const { page, faults, asked, told, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/watch`);
  const question = page.getByRole('heading', { level: 1 });
  await question.getByText(/^\d or \d\?$/).waitFor();
  const claims = (await question.innerText()).match(/\d/g)?.map(Number) ?? [];

  for (let number = 1; number <= 6; number += 1) {
    await reveals(page, number);
    // Until the verdict nobody is told the image: looked at in one moment, for the verdict may come in the next.
    const lit = () => (document.querySelector('.background') ? 0 : document.querySelectorAll('.stage .lit').length);
    assert.equal(await page.evaluate(lit), 0);
  }
  assert.equal(await page.locator('.opinion output').count(), 2);
  await truth(page);

  const source = (await page.locator('.background').innerText()).match(/Image (\d+) of mnist-test/);
  const { label, pixels } = mnist(Number(source?.[1]));
  assert.match(await question.innerText(), new RegExp(`It was an? ${label}`));
  assert.ok(claims.includes(label ?? -1));
  assert.equal(await page.locator('.image .lit').count(), pixels.filter((value) => value > 0).length);
  assert.equal(await page.locator('.evidence .lit').count(), 0, 'the judge’s view stays as it was');
  assert.equal(await page.locator('.opinion .honest').count(), 1);
  assert.equal(await page.locator('.opinion .liar').count(), 1);
  await page.getByText(/The judge said \d: the (honest debater|liar) wins/).first().waitFor();

  const before = page.url();
  await page.getByRole('button', { name: 'Another debate' }).click();
  await page.waitForURL((url) => /#\/watch\//.test(url.hash) && url.href !== before);
  await reveals(page, 1);
  const another = page.url().split('/').at(-1);
  const begun = told.map((frame) => JSON.parse(frame)).find(({ type, debate }) => type === 'snapshot' && debate === another);
  assert.deepEqual([begun.view.truth, begun.view.outcome], [null, null], 'from its beginning');

  assert.deepEqual(faults, []);
  const hosts = new Set(asked.map((address) => new URL(address).host));
  assert.deepEqual([...hosts], [new URL(stand.url).host]);
  await context.close();
});

test('before the verdict the seats have neutral colours', { timeout: PATIENCE }, async () => {
  const created = await create(stand.url, held);
  const debater = await openDebater(stand, created, 'honest');
  await debater.reveal();
  const { page, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/watch/${created.debate}`);
  await reveals(page, 2);
  await page.getByText('Hidden until the verdict').waitFor();
  // Nobody who watches is told a debater's clock: what is shown counts up, and does not look as if it had run out.
  await page.getByRole('timer').getByText('First debater is thinking').waitFor();
  await page.getByRole('timer').getByText(/^\d+\ss so far$/).waitFor();
  assert.doesNotMatch(await page.getByRole('timer').innerText(), /\d:\d\d/);
  assert.equal(await page.locator('.stage .first').first().isVisible(), true);
  assert.equal(await page.locator('.stage .honest, .stage .liar').count(), 0);
  assert.doesNotMatch(await page.locator('.stage').innerText(), /honest|liar/i);
  for (let move = 1; move < 3; move += 1) await debater.reveal();
  await truth(page);
  assert.ok((await page.locator('.stage .honest').count()) > 0 && (await page.locator('.stage .liar').count()) > 0);
  await debater.close();
  await context.close();
});

test('a debate is set up as the form says', { timeout: PATIENCE }, async () => {
  const { page, faults, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/new`);
  await page.getByLabel('The image’s number').fill('17');
  await page.getByRole('radio', { name: '4', exact: true }).check();
  await page.getByLabel('The lie').selectOption('8');
  await page.getByLabel('First reveal').selectOption('The liar');
  await page.getByLabel('Honest debater', { exact: true }).selectOption('greedy');
  await page.getByLabel('Liar', { exact: true }).selectOption('random');
  await page.getByLabel('Pace').selectOption({ label: 'Fast: a pixel every 0.4 s' });
  await page.getByRole('button', { name: 'Start the debate' }).click();
  await truth(page);
  assert.equal(await revealed(page), 4);
  const { label } = mnist(17);
  assert.equal(
    await page.locator('.background').innerText(),
    'Image 17 of mnist-test. Honest debater: greedy. Liar: random. Judge: classifier:4.',
  );
  assert.match(await page.getByRole('heading', { level: 1 }).innerText(), new RegExp(`It was an? ${label}`));
  // The liar moved first, with 8.
  assert.deepEqual(await page.locator('.opinion .row .label').allInnerTexts(), ['8', String(label)]);
  assert.ok(await page.locator('.opinion .row').first().evaluate((row) => row.classList.contains('liar')));
  assert.deepEqual(faults, []);
  await context.close();
});

test('without precommit nobody is told a claim, and all labels are judged', { timeout: PATIENCE }, async () => {
  const { page, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/new`);
  await page.getByRole('radio', { name: 'The liar keeps its claim open' }).check();
  for (const agent of ['Honest debater', 'Liar']) await page.getByLabel(agent, { exact: true }).selectOption('greedy');
  await page.getByLabel('Pace').selectOption({ label: 'Fast: a pixel every 0.4 s' });
  await page.getByRole('button', { name: 'Start the debate' }).click();
  await page.getByRole('heading', { name: 'Which one is it?' }).waitFor();
  await reveals(page, 1);
  assert.equal(await page.locator('.opinion .row').count(), 10);
  await truth(page);
  assert.equal(await page.locator('.opinion .answer').count(), 1);
  await context.close();
});

test('why an outside judge decided so is shown as it was written', { timeout: PATIENCE }, async () => {
  const { page, faults, context } = await openPage(stand.browser);
  await page.goto(stand.url);
  const explanation = 'A bar at the top, <b>and</b>\nnothing at the bottom.';
  // The judge is a program: here one inside the browser, which has a websocket.
  const debate = await page.evaluate(
    (explanation) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`ws://${location.host}/socket`);
        const send = (/** @type {object} */ message) => socket.send(JSON.stringify(message));
        /** @type {number} */
        let label;
        socket.onmessage = ({ data }) => {
          const { type, debate, tokens, view, turn, ending } = JSON.parse(data);
          if (type === 'hello') send({ type: 'create', judge: 'outside', honest: 'greedy', liar: 'greedy', pace_ms: 0 });
          if (type === 'created') send({ type: 'take', debate, token: tokens.judge });
          if (type === 'snapshot') label = view.claims.first;
          if (turn?.seat === 'judge') send({ type: 'verdict', debate, label, explanation });
          if (ending) resolve(debate);
        };
      }),
    explanation,
  );
  await page.goto(`${stand.url}/#/watch/${debate}`);
  await truth(page);
  assert.equal(await page.locator('blockquote').innerText(), explanation);
  assert.deepEqual(faults, []);
  await context.close();
});

test('what the server refuses is shown with what can be done about it', { timeout: PATIENCE }, async () => {
  const { page, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/new`);
  const start = page.getByRole('button', { name: 'Start the debate' });
  await page.getByLabel('The image’s number').fill('10000');
  await start.click();
  await page.getByRole('alert').getByText('no image 10000').waitFor();
  assert.match(await page.getByRole('alert').innerText(), /Choose a number from 0 to 9999, or any\./);

  await page.getByLabel('The image’s number').fill('9999');
  await page.getByLabel('rollouts a move').first().fill('20000');
  await start.click();
  await page.getByRole('alert').getByText('more than this server gives').waitFor();

  await page.goto(`${stand.url}/#/watch/nowhere`);
  await page.getByRole('alert').getByText('no debate has that name').waitFor();
  await page.getByRole('link', { name: 'Watch another debate' }).click();
  await page.getByText(/Live|The debate is over/).first().waitFor();
  await context.close();
});

test('where a judge may be influenced, what it believes is shown as it is stated, and kept', { timeout: 2 * PATIENCE }, async () => {
  const { debate, tokens } = await create(stand.url, { honest: 'greedy', liar: 'greedy', judge: 'outside:Jo', judge_may_be_influenced: true, pace_ms: 200 });
  const [jo, visitor] = await Promise.all([openPage(stand.browser), openPage(stand.browser)]);
  await visitor.page.goto(`${stand.url}/#/watch/${debate}`);
  await visitor.page.getByText('Waiting for players').waitFor();
  await jo.page.goto(`${stand.url}/#/judge/${debate}/${tokens['judge']}`);
  // Until the page has joined the debate its heading says something else.
  const question = await jo.page.getByRole('heading', { level: 1, name: /\d/ }).innerText();
  const [first, second] = question.match(/\d/g) ?? [];
  for (const [seen, keys, shown] of /** @type {[string, string[], string][]} */ ([
    ['You have seen nothing yet', ['Space'], `Before the first reveal the judge gave 50 % to ${first} and 50 % to ${second}.`],
    ['After one reveal', ['ArrowRight', 'ArrowRight'], `After one reveal the judge gave 60 % to ${first} and 40 % to ${second}.`],
    ['After 2 reveals', ['ArrowLeft'], `After 2 reveals the judge gave 55 % to ${first} and 45 % to ${second}.`],
  ])) {
    await jo.page.getByText(seen).waitFor();
    for (const key of [...keys, 'Enter']) await jo.page.keyboard.press(key);
    await visitor.page.getByText(shown).waitFor();
  }
  const table = visitor.page.getByRole('table', { name: /^Belief in/ });
  await table.getByRole('columnheader', { name: 'Judge' }).waitFor();
  // A reload in the middle loses nothing of it.
  await visitor.page.reload();
  await visitor.page.getByText(`After 2 reveals the judge gave 55 % to ${first}`).waitFor();
  for (const after of [3, 4, 5, 6]) {
    await jo.page.getByText(`After ${after} reveals`).waitFor();
    for (const key of ['Space', 'Enter']) await jo.page.keyboard.press(key);
  }
  await jo.page.getByText('Whom do you believe?').waitFor();
  await jo.page.keyboard.press('Enter');
  await truth(visitor.page);
  // Who looks later, and has never seen the debate, sees the same.
  await visitor.page.goto(`${stand.url}/#/replay/${debate}`);
  await truth(visitor.page);
  await table.getByRole('columnheader', { name: 'Judge' }).waitFor();
  const column = (await table.getByRole('columnheader').allInnerTexts()).indexOf('Judge');
  const rows = await table.getByRole('row').all();
  const cells = await Promise.all(rows.slice(1).map(async (row) => (await row.getByRole('cell').allInnerTexts())[column - 1]));
  // The curve is that of the truth, whoever claims it.
  const label = (await visitor.page.getByRole('heading', { level: 1 }).innerText()).match(/\d/)?.[0];
  assert.deepEqual(cells, label === first ? ['50\u00a0%', '60\u00a0%', ...Array(5).fill('55\u00a0%')] : ['50\u00a0%', '40\u00a0%', ...Array(5).fill('45\u00a0%')]);
  for (const { faults, context } of [jo, visitor]) {
    assert.deepEqual(faults, []);
    await context.close();
  }
});

test('while a person judges, who watches is told no more than the judge', { timeout: 2 * PATIENCE }, async () => {
  const created = await create(stand.url, { honest: 'greedy', liar: 'greedy', judge: 'outside:Jo', pace_ms: 0, image: 17, lie: 4 });
  const { page, told, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/watch/${created.debate}`);
  await page.getByText('Waiting for players').waitFor();
  await judgeByProgram(stand, created, 0.75);
  await truth(page);
  const messages = told.map((frame) => JSON.parse(frame)).filter(({ debate }) => debate === created.debate);
  const end = messages.findIndex(({ ending }) => ending);
  const types = new Set(messages.slice(0, end).map(({ type }) => type));
  assert.deepEqual([...types].filter((type) => type === 'opinion' || type === 'beliefs'), []);
  assert.ok(messages.slice(0, end).every(({ view }) => !view || view.image === null));
  // Afterwards both are told.
  await page.getByRole('table', { name: /^Belief in/ }).getByRole('columnheader', { name: 'Judge' }).waitFor();
  await page.locator('.opinion output').getByText(/[+−]/).first().waitFor();
  await context.close();
});

test('a reload in the middle of a debate shows it where it is', { timeout: PATIENCE }, async () => {
  const created = await create(stand.url, held);
  const debater = await openDebater(stand, created, 'honest');
  await debater.reveal();
  const { page, faults, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/watch/${created.debate}`);
  await reveals(page, 2);
  await page.reload();
  await reveals(page, 2);
  await page.getByRole('heading', { level: 1 }).getByText(/^\d or \d\?$/).waitFor();
  // The classifier's opinions of before are told again.
  await page.locator('.reveals .detail').getByText(/leads by/).nth(1).waitFor();
  for (let move = 1; move < 3; move += 1) await debater.reveal();
  await truth(page);
  assert.equal(await revealed(page), 6);
  assert.deepEqual(faults, []);
  await debater.close();
  await context.close();
});

test('a private debate is seen by who has its link, and by nobody else', { timeout: 2 * PATIENCE }, async () => {
  const { page, faults, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/new`);
  await page.getByRole('radio', { name: 'Only who has a link from you' }).check();
  for (const agent of ['Honest debater', 'Liar']) await page.getByLabel(agent, { exact: true }).selectOption('greedy');
  await page.getByLabel('Pace').selectOption({ label: 'Fast: a pixel every 0.4 s' });
  await page.getByRole('button', { name: 'Start the debate' }).click();
  await page.waitForURL(/#\/watch\/.+\/.+/);
  const [, debate, token] = /#\/watch\/(.+)\/(.+)/.exec(page.url()) ?? [];
  const address = await page.getByLabel('Link for spectators').inputValue();
  assert.equal(address, page.url());
  const guest = await openPage(stand.browser);
  await guest.page.goto(address);
  await truth(guest.page);
  const stranger = await openPage(stand.browser);
  for (const view of ['watch', 'replay']) {
    await stranger.page.goto(`${stand.url}/#/${view}/${debate}`);
    await stranger.page.getByRole('alert').getByText('This debate is private').waitFor();
  }
  const list = await (await fetch(`${stand.url}/api/debates`)).json();
  assert.ok(list.debates.every((/** @type {any} */ summary) => summary.debate !== debate));

  // The key goes along to the replay, its analysis and its files.
  await guest.page.getByRole('link', { name: 'Replay' }).click();
  await guest.page.waitForURL(new RegExp(`#/replay/${debate}/${token}$`));
  await guest.page.locator('body').press('ArrowLeft');
  await guest.page.locator('body').press('ArrowLeft');
  await guest.page.waitForURL(new RegExp(`#/replay/${debate}/5/${token}$`));
  await guest.page.getByRole('button', { name: 'Analyse this position' }).click();
  await guest.page.locator('.map').waitFor();
  for (const kind of ['JSON', 'PNG']) {
    const [download] = await Promise.all([guest.page.waitForEvent('download'), guest.page.getByRole('link', { name: kind, exact: true }).click()]);
    assert.equal(download.suggestedFilename(), `debate-${debate}.${kind.toLowerCase()}`);
  }
  await guest.page.reload();
  await truth(guest.page);
  assert.equal(await revealed(guest.page), 5);
  assert.deepEqual(faults, []);
  assert.deepEqual(guest.faults, []);
  for (const one of [context, guest.context, stranger.context]) await one.close();
});
