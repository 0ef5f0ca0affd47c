import { beforeEach, expect, test, vi } from 'vitest';

import type { Judged, JudgeRecord } from '../protocol';

const judged = (debate: string): Judged => ({
  debate,
  recorded: false,
  visibility: 'unlisted',
  source: { dataset: 'mnist-test', index: 4 },
  names: { 3: '3', 7: '7' },
  pixels: 6,
  among: 2,
  claims: { honest: 7, liar: 3 },
  first: 'liar',
  outcome: { winner: 'honest', reason: 'verdict' },
  beliefs: [0.5],
  verdict: null,
  right: true,
  given: 0.75,
  created_ms: 1,
  ended_ms: 2,
  took_ms: null,
});

const totals = { judgments: 3, more: false, verdicts: 3, right: 3, accuracy: null, scored: 0, brier: null, score: null, calibration: [] };

/** What was asked for, with which key; and what each is answered. */
let asked: [string, string][];
let answers: Record<string, JudgeRecord>;
let stored: Map<string, string>;

beforeEach(() => {
  vi.resetModules();
  [asked, answers, stored] = [[], {}, new Map<string, string>()];
  vi.stubGlobal('addEventListener', () => {});
  vi.stubGlobal('localStorage', { getItem: (name: string) => stored.get(name) ?? null, setItem: (name: string, value: string) => void stored.set(name, value) });
  vi.stubGlobal('fetch', async (path: string, { headers }: { headers: { Authorization: string } }) => {
    asked.push([path, headers.Authorization]);
    const answer = answers[path];
    if (!answer) throw new TypeError('no connection');
    return { ok: true, json: async () => answer };
  });
});

const load = async () => ({ ...(await import('./judge-key.svelte')), ...(await import('./record.svelte')) });

test('the key is made for the first judgment, and kept', async () => {
  const { judgeKey } = await load();
  expect([judgeKey.value, stored.size]).toEqual([null, 0]);
  const key = judgeKey.forJudging();
  expect(key).toMatch(/^[\w-]{43}$/);
  expect([judgeKey.forJudging(), judgeKey.kept]).toEqual([key, true]);
  vi.resetModules();
  expect((await load()).judgeKey.value).toBe(key);
});

test('a key from another device takes its place, and what is none does not', async () => {
  const { judgeKey } = await load();
  const key = judgeKey.forJudging();
  expect(judgeKey.use('no key')).toBe(false);
  expect(judgeKey.value).toBe(key);
  const other = 'k'.repeat(43);
  expect(judgeKey.use(` ${other}\n`)).toBe(true);
  expect(judgeKey.value).toBe(other);
  judgeKey.forget();
  vi.resetModules();
  expect((await load()).judgeKey.value).toBeNull();
});

test('a window that may keep nothing says so, and judges all the same', async () => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => { throw new Error('forbidden'); } });
  const { judgeKey } = await load();
  expect(judgeKey.forJudging()).toBe(judgeKey.value);
  expect(judgeKey.kept).toBe(false);
});

test('the record is asked for part by part, with the key in the header alone', async () => {
  const { judgeKey, record } = await load();
  await record.read();
  expect([asked, record.totals]).toEqual([[], null]);
  const key = judgeKey.forJudging();
  answers['/api/judge'] = { judgments: [judged('c'), judged('b')], next: 5, damaged: 1, totals };
  answers['/api/judge?before=5'] = { judgments: [judged('a')], next: null, damaged: 1, totals: null };
  await record.read();
  expect([record.totals, record.next, record.of('a')]).toEqual([totals, 5, null]);
  expect(await record.more()).toBe(true);
  expect(record.judgments.map(({ debate }) => debate)).toEqual(['c', 'b', 'a']);
  expect([record.totals, record.next, record.damaged, record.of('a')?.given]).toEqual([totals, null, 2, 0.75]);
  expect(await record.more()).toBe(false);
  expect(asked).toEqual([['/api/judge', `Bearer ${key}`], ['/api/judge?before=5', `Bearer ${key}`]]);
});

test('what is not answered is refused, and of another key nothing is left', async () => {
  const { judgeKey, record } = await load();
  judgeKey.forJudging();
  answers['/api/judge'] = { judgments: [judged('a')], next: null, damaged: 0, totals };
  await record.read();
  delete answers['/api/judge'];
  await record.read();
  expect([record.refusal?.code, record.of('a')?.debate]).toEqual(['unavailable', 'a']);
  judgeKey.use('k'.repeat(43));
  await record.read();
  expect([record.totals, record.of('a')]).toEqual([null, null]);
  judgeKey.forget();
  await record.read();
  expect([record.refusal, record.totals, record.reading]).toEqual([null, null, false]);
});
