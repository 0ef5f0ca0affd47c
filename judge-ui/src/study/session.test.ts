import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { ItemScreen, Screen, Sheet, StudyOffer } from '../protocol';
import { isOlder, Session, wait } from './session.svelte';

const hash = 'f'.repeat(64);
const offer: StudyOffer = { hash, status: 'open', rehearsal: false, titles: { en: 'Digits' }, language: 'en', parameters: ['PROLIFIC_PID'], required: true, code: null };
const consent: Screen = { type: 'consent', text: 'Agree?', version: '1' };
const item: Extract<Screen, { type: 'item' }> = {
  type: 'item', number: 1, practice: false, text: '', width: 28, height: 28, answers: [[7, '7'], [4, '4']], shown: [], more: [], pixels: 4, beliefs: [],
  asks: { what: 'belief' }, next_ms: 0, left_ms: null, warning_ms: null,
};
const sheet = (step: number, screen: Screen = item, more: Partial<Sheet> = {}): Sheet => ({
  hash, participant: 'p1', title: 'Digits', language: 'en', step, progress: { done: 0, of: 4 }, screen, ...more,
});
const refusal = (code: string) => ({ code, message: 'no', expected: '', debate: null });

/** What the server answers next: a status and a body, or nothing. */
type Answer = [status: number, body: object] | 'nothing';
let answers: Answer[] = [];
let asked: { path: string; token: string | undefined; body: Record<string, unknown> | null }[] = [];
let storage: Map<string, string>;
let open: Session[] = [];

/** Every answer waits until the test lets it go, where this is set. */
let gate: Promise<void> = Promise.resolve();

function session(url = 'https://study.example/?PROLIFIC_PID=x'): Session {
  vi.stubGlobal('location', new URL(url));
  const one = new Session();
  open.push(one);
  return one;
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  [answers, asked, storage, gate] = [[], [], new Map(), Promise.resolve()];
  vi.stubGlobal('fetch', async (path: string, { headers, body }: { headers: Record<string, string>; body?: string }) => {
    asked.push({ path, token: headers['Authorization']?.replace('Bearer ', ''), body: body === undefined ? null : (JSON.parse(body) as Record<string, unknown>) });
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`nobody expected ${path}`);
    await gate;
    if (answer === 'nothing') throw new TypeError('no connection');
    return new Response(JSON.stringify(answer[1]), { status: answer[0] });
  });
  vi.stubGlobal('history', { replaceState: (_: unknown, __: string, url: string) => vi.stubGlobal('location', new URL(url)) });
  vi.stubGlobal('localStorage', { getItem: (name: string) => storage.get(name) ?? null, setItem: (name: string, value: string) => storage.set(name, value), removeItem: (name: string) => storage.delete(name) });
});

afterEach(() => {
  for (const one of open) one.close();
  open = [];
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A session that shows a sheet. */
async function shown(first: Sheet = sheet(7)): Promise<Session> {
  answers.push([200, first]);
  const one = session('https://study.example/#token');
  await one.open();
  asked = [];
  return one;
}

const stepOf = ({ stage }: Session) => (stage.at === 'sheet' ? stage.sheet.step : stage.at);

describe('who comes', () => {
  test('joins with the parameters of the link, and has a link of their own from then on', async () => {
    answers.push([200, offer], [200, { token: 'mine', sheet: sheet(0, consent) }]);
    const one = session();
    await one.open();
    expect(one.stage.at).toBe('start');
    await one.begin('en');
    expect(asked.map(({ path }) => path)).toEqual(['/api/study', '/api/study/participants']);
    expect(asked[1]!.body).toEqual({ parameters: { PROLIFIC_PID: 'x' }, language: 'en', key: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect([stepOf(one), one.address, location.href]).toEqual([0, 'https://study.example/#mine', 'https://study.example/#mine']);
  });

  test('says the same key again after an answer that was lost and a reload, which is kept before it is asked', async () => {
    const free: StudyOffer = { ...offer, parameters: [], required: false };
    answers.push([200, free], 'nothing');
    const one = session('https://study.example/');
    await one.open();
    void one.begin('en');
    await settle();
    const { key } = asked[1]!.body!;
    one.close();
    answers.push([200, free], [200, { token: 'mine', sheet: sheet(0, consent) }]);
    const again = session('https://study.example/');
    await again.open();
    await again.begin('en');
    expect([asked.at(-1)!.body!['key'], stepOf(again)]).toEqual([key, 0]);
    expect(key).toMatch(/^[0-9a-f]{32}$/);
  });

  test('without the parameters joins nothing', async () => {
    answers.push([200, offer]);
    const one = session('https://study.example/');
    await one.open();
    expect(one.stage).toMatchObject({ at: 'missing', names: ['PROLIFIC_PID'] });
    await one.begin('en');
    expect(asked).toHaveLength(1);
  });

  test('and finds no place is told why', async () => {
    answers.push([200, offer], [503, refusal('busy')], [200, { ...offer, status: 'full' }]);
    const one = session();
    await one.open();
    await one.begin('en');
    expect(one.stage).toMatchObject({ at: 'start', offer: { status: 'full' } });
    expect(one.refusal?.code).toBe('busy');
    answers.push([409, refusal('illegal')]);
    await one.begin('en');
    expect(one.stage).toMatchObject({ at: 'barred', refusal: { code: 'illegal' } });
  });

  test('comes back in the same browser without joining again, and as somebody else by other parameters', async () => {
    answers.push([200, offer], [200, { token: 'mine', sheet: sheet(0, consent) }]);
    const first = session();
    await first.open();
    await first.begin('en');
    answers.push([200, offer], [200, sheet(3)]);
    const again = session();
    await again.open();
    expect([stepOf(again), asked.at(-1)!.token]).toEqual([3, 'mine']);
    answers.push([200, offer]);
    const other = session('https://study.example/?PROLIFIC_PID=y');
    await other.open();
    expect(other.stage.at).toBe('start');
  });

  test('is let in by their own link alone, and told where it opens nothing', async () => {
    answers.push([401, refusal('wrong_token')]);
    const one = session('https://study.example/#nobody');
    await one.open();
    expect(one.stage).toMatchObject({ at: 'barred', refusal: { code: 'wrong_token' } });
  });

  test('with a token of a study that is no more begins anew', async () => {
    storage.set(`pixel-debate.study.${hash}`, JSON.stringify({ token: 'old', parameters: { PROLIFIC_PID: 'x' } }));
    answers.push([200, offer], [401, refusal('wrong_token')], [200, offer], [200, offer]);
    const one = session();
    await one.open();
    expect(one.stage.at).toBe('start');
    expect(storage.size).toBe(0);
  });

  test('waits for the server where it does not answer', async () => {
    answers.push('nothing', 'nothing', [200, offer]);
    const one = session();
    void one.open();
    await settle();
    expect([one.stage.at, one.lost]).toEqual(['loading', true]);
    await vi.advanceTimersByTimeAsync(3000);
    expect([one.stage.at, one.lost]).toEqual(['start', false]);
  });
});

describe('what is said', () => {
  test('names its step, and leads on', async () => {
    const one = await shown();
    answers.push([200, sheet(8)]);
    await one.send({ type: 'belief', label: 7, probability: 0.8 });
    expect(asked).toEqual([{ path: '/api/study/me', token: 'token', body: { step: 7, type: 'belief', label: 7, probability: 0.8 } }]);
    expect([stepOf(one), one.sending]).toEqual([8, false]);
  });

  test('twice at once is sent once', async () => {
    const one = await shown();
    answers.push([200, sheet(8)]);
    await Promise.all([one.send({ type: 'next' }), one.send({ type: 'next' })]);
    expect(asked).toHaveLength(1);
  });

  test('is said again, word for word, until the server answers', async () => {
    const one = await shown();
    answers.push('nothing', [502, {}], [503, refusal('store_unavailable')], [200, sheet(8)]);
    const sent = one.send({ type: 'verdict', label: 7, confidence: null, explanation: null });
    await settle();
    expect([one.lost, one.sending, stepOf(one)]).toEqual([true, true, 7]);
    await vi.advanceTimersByTimeAsync(10_000);
    await sent;
    expect(new Set(asked.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect([asked.length, stepOf(one), one.lost, one.sending]).toEqual([4, 8, false, false]);
  });

  test('and was taken without word of it, or in another tab, counts once: the page goes where the server is', async () => {
    const one = await shown();
    answers.push('nothing', [409, refusal('stale')], [200, sheet(9)]);
    const sent = one.send({ type: 'next' });
    await vi.advanceTimersByTimeAsync(1000);
    await sent;
    expect(asked.map(({ body }) => body === null)).toEqual([false, false, true]);
    expect([stepOf(one), one.refusal]).toEqual([9, null]);
  });

  test('is said to the next step where a pixel came meanwhile, as far as it is still meant', async () => {
    const one = await shown(sheet(7, { ...item, asks: { what: 'wait' } }));
    answers.push([409, refusal('stale')], [200, sheet(8)], [200, sheet(9, { ...item, number: 2 })]);
    await one.send({ type: 'give_up' });
    expect(asked.flatMap(({ body }) => body?.['step'] ?? [])).toEqual([7, 8]);
    answers.push([409, refusal('stale')], [200, sheet(11, { ...item, number: 3 })]);
    await one.send({ type: 'give_up' });
    expect(stepOf(one)).toBe(11);
    answers.push([409, refusal('stale')], [200, sheet(12)], [200, sheet(13, { type: 'stopped', why: 'left' })]);
    await one.send({ type: 'leave' });
    expect(one.stage).toMatchObject({ sheet: { screen: { why: 'left' } } });
  });

  test('while the study is interrupted leads to the pause, and nothing is complained of', async () => {
    const one = await shown();
    answers.push([503, refusal('busy')], [200, sheet(7, { type: 'paused' })]);
    await one.send({ type: 'next' });
    expect(one.stage).toMatchObject({ sheet: { screen: { type: 'paused' } } });
    expect(one.refusal).toBeNull();
  });

  test('and cannot be said at all is refused with why', async () => {
    const one = await shown();
    answers.push([422, refusal('illegal')], [200, sheet(7)]);
    await one.send({ type: 'next' });
    expect([stepOf(one), one.refusal?.code]).toEqual([7, 'illegal']);
  });

  test('and is refused stays on its screen, with why, until something else is said', async () => {
    const one = await shown();
    answers.push([422, refusal('against_belief')], [200, sheet(8)]);
    await one.send({ type: 'verdict', label: 4, confidence: null, explanation: null });
    expect([stepOf(one), one.refusal?.code]).toEqual([7, 'against_belief']);
    await one.send({ type: 'verdict', label: 4, confidence: null, explanation: 'so' });
    expect([stepOf(one), one.refusal]).toEqual([8, null]);
  });
});

describe('what changes by itself', () => {
  test('is asked for while a debater thinks, less and less often, and shown', async () => {
    const waiting = sheet(7, { ...item, asks: { what: 'wait' } });
    const one = await shown(waiting);
    answers.push([200, waiting], [200, waiting], [200, sheet(7, { ...item, shown: [{ x: 1, y: 1, value: 9, for: null }], asks: { what: 'belief' } })]);
    await vi.advanceTimersByTimeAsync(700 + 1050 + 1575);
    expect(asked).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(3);
    expect(one.stage).toMatchObject({ sheet: { screen: { shown: [{ x: 1 }] } } });
  });

  test('a pause is asked about every few seconds, and at most every half minute', () => {
    expect([0, 1, 2, 10].map((polls) => wait(sheet(1, { type: 'paused' }), polls))).toEqual([3000, 4500, 6750, 30_000]);
  });

  test('the sheet is fetched when the time is over', async () => {
    const one = await shown(sheet(7, { ...item, left_ms: 5000 }));
    answers.push([200, sheet(8, { type: 'feedback', items: [] })]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(250);
    expect([asked.length, stepOf(one)]).toEqual([1, 8]);
  });

  test('nothing else is asked for', () => {
    for (const screen of [consent, item] satisfies Screen[]) expect(wait(sheet(1, screen), 0)).toBeNull();
  });

  test('who comes back to a tab sees where they went on in another, and an answer that was overtaken changes nothing', async () => {
    const one = await shown();
    answers.push([200, sheet(9)]);
    await one.refresh();
    expect(stepOf(one)).toBe(9);
    let release = () => {};
    gate = new Promise((resolve) => (release = resolve));
    answers.push([200, sheet(9)], [200, sheet(10)]);
    const [read, sent] = [one.refresh(), one.send({ type: 'next' })];
    release();
    await Promise.all([read, sent]);
    expect(stepOf(one)).toBe(10);
  });

  test('of two sheets the one with fewer steps, or pixels, is the older', () => {
    const pixels = (number: number): ItemScreen & { type: 'item' } => ({ ...item, shown: Array.from({ length: number }, () => ({ x: 0, y: 0, value: 0, for: null })) });
    expect(isOlder(sheet(1), sheet(2))).toBe(true);
    expect(isOlder(sheet(2), sheet(1))).toBe(false);
    expect(isOlder(sheet(2, pixels(1)), sheet(2, pixels(2)))).toBe(true);
    expect(isOlder(sheet(2, pixels(2)), sheet(2, pixels(2)))).toBe(false);
    expect(isOlder(sheet(1), sheet(2, item, { participant: 'p2' }))).toBe(false);
  });
});
