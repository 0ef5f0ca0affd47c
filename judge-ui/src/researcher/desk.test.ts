import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Standing } from '../protocol';
import { Desk } from './desk.svelte';

const standing = (more: Partial<Standing> = {}): Standing => ({
  title: 't', hash: 'h', status: 'open', rehearsal: false, places: [], members: [], cells: [], items: [], checks: [0, 0], withdrawn: [], peeks: [], carried_out: null, peeked: null, ...more,
});
const refused = { code: 'wrong_token', message: 'no', expected: '', debate: null };

let answers: ([status: number, body: object] | 'nothing')[] = [];
let asked: { path: string; token: string | undefined; body: string | undefined }[] = [];
let kept: Map<string, string>;
let desk: Desk;

beforeEach(() => {
  vi.useFakeTimers();
  [answers, asked, kept] = [[], [], new Map()];
  vi.stubGlobal('sessionStorage', { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => kept.set(name, value), removeItem: (name: string) => kept.delete(name) });
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => expect.unreachable('the token is kept in the window alone') });
  vi.stubGlobal('location', new URL('https://study.example/researcher#secret'));
  vi.stubGlobal('history', { replaceState: (_: unknown, __: string, path: string) => vi.stubGlobal('location', new URL(path, 'https://study.example')) });
  vi.stubGlobal('fetch', async (path: string, { headers, body }: { headers: Record<string, string>; body?: string }) => {
    asked.push({ path, token: headers['Authorization']?.replace('Bearer ', ''), body });
    const answer = answers.shift() ?? 'nothing';
    if (answer === 'nothing') throw new TypeError('no connection');
    return new Response(JSON.stringify(answer[1]), { status: answer[0] });
  });
  desk = new Desk();
});

afterEach(() => {
  desk.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settle = () => vi.advanceTimersByTimeAsync(0);

test('the token leaves the address, and is kept in the window once it has opened something', async () => {
  answers.push([200, standing()]);
  desk.open();
  expect([location.href, kept.size]).toEqual(['https://study.example/researcher', 0]);
  await settle();
  expect([desk.standing?.title, asked[0]!.token, kept.size]).toEqual(['t', 'secret', 1]);
  desk.leave();
  expect([kept.size, desk.standing]).toEqual([0, null]);
});

test('a token that opens nothing is not kept, and asked for again', async () => {
  answers.push([401, refused]);
  desk.open();
  await settle();
  expect([desk.token, desk.refusal?.code, kept.size]).toEqual([null, 'wrong_token', 0]);
});

test('how it stands is asked every few seconds, also after there was no answer', async () => {
  answers.push([200, standing()], 'nothing', [200, standing({ status: 'full' })]);
  desk.open();
  await settle();
  await vi.advanceTimersByTimeAsync(4000);
  expect([desk.lost, desk.standing?.status]).toEqual([true, 'open']);
  await vi.advanceTimersByTimeAsync(4000);
  expect([desk.lost, desk.standing?.status]).toEqual([false, 'full']);
});

const orders = () => asked.filter(({ path }) => path === '/api/study/orders').map(({ body }) => JSON.parse(body ?? '') as { id: string });

test('an order without an answer is sent again under the same id, until there is one', async () => {
  answers.push([200, standing()], 'nothing', [503, { ...refused, code: 'store_unavailable' }], [200, standing()]);
  desk.open();
  await settle();
  const done = desk.order({ type: 'pause' });
  await vi.advanceTimersByTimeAsync(3000);
  expect(await done).toEqual({ is: 'done' });
  const [first, ...others] = orders();
  expect(first!.id).toMatch(/^[0-9a-f]{32}$/);
  expect(others).toEqual([first, first]);
  // Another is another.
  answers.push([200, standing()]);
  await desk.order({ type: 'pause' });
  expect(orders().at(-1)!.id).not.toBe(first!.id);
});

test('an order that is never answered is not sent for ever', async () => {
  answers.push([200, standing()]);
  desk.open();
  await settle();
  const done = desk.order({ type: 'peek' }, 'mine');
  await vi.advanceTimersByTimeAsync(120_000);
  expect(await done).toEqual({ is: 'unknown' });
  expect(orders().length).toBe(8);
  expect(new Set(orders().map(({ id }) => id))).toEqual(new Set(['mine']));
});

test('what is handed out is saved once, and nothing where it is refused', async () => {
  const saved: { name: string; text: string }[] = [];
  let text = '';
  vi.stubGlobal('Blob', class { constructor([part]: string[]) { text = part!; } });
  vi.stubGlobal('URL', { createObjectURL: () => 'blob:it', revokeObjectURL: () => undefined });
  const link = { href: '', download: '', click: () => saved.push({ name: link.download, text }) };
  vi.stubGlobal('document', { createElement: () => link });
  answers.push([200, standing({ hash: '0123456789abcdef' })]);
  desk.enter('secret');
  await settle();
  answers.push([200, { study: '0123', results: {} }], [200, standing()], [409, refused], [200, standing()], 'nothing');
  expect(await desk.save({ type: 'results', identify: false })).toEqual({ is: 'done' });
  await settle();
  expect(saved).toEqual([{ name: 'results-01234567.json', text: '{"study":"0123","results":{}}' }]);
  expect((await desk.save({ type: 'payments' })).is).toBe('refused');
  await settle();
  expect(await desk.save({ type: 'payments' })).toEqual({ is: 'unknown' });
  expect(asked.filter(({ path }) => path === '/api/study/export').map(({ body }) => body)).toEqual(['{"type":"results","identify":false}', '{"type":"payments"}', '{"type":"payments"}']);
  expect(saved).toHaveLength(1);
});

test('what was seen by looking stays seen, and is not looked at by itself', async () => {
  const peeked = { conditions: [{ condition: 'debate', judged: 4, right: 3 }] };
  answers.push([200, standing()], [200, standing({ peeked, peeks: [1] })], [200, standing({ peeks: [1] })]);
  desk.open();
  await settle();
  expect(await desk.order({ type: 'peek' })).toEqual({ is: 'done' });
  await vi.advanceTimersByTimeAsync(4000);
  expect([desk.peeked?.value, desk.standing?.peeks]).toEqual([peeked, [1]]);
});
