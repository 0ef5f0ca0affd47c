import { afterEach, expect, test, vi } from 'vitest';

import { ask, pause } from './ask';

const refusal = (code: string, more = {}) => ({ code, message: 'm', expected: 'e', debate: null, ...more });

function answer(status: number, body: string): ReturnType<typeof vi.fn> {
  const fake = vi.fn(async () => new Response(body, { status }));
  vi.stubGlobal('fetch', fake);
  return fake;
}

afterEach(() => vi.unstubAllGlobals());

test('a question has the token, and what is told has its body', async () => {
  const fake = answer(200, '{"a":1}');
  expect(await ask('/study/me', 'token', { step: 1 })).toEqual({ is: 'told', value: { a: 1 } });
  const [path, sent] = fake.mock.calls[0] as unknown as [string, RequestInit];
  expect([path, sent.method, sent.body]).toEqual(['/api/study/me', 'POST', '{"step":1}']);
  expect(sent.headers).toMatchObject({ Authorization: 'Bearer token' });
  await ask('/study', null);
  const [, plain] = fake.mock.calls[1] as unknown as [string, RequestInit];
  expect([plain.method, plain.body, plain.headers]).toEqual(['GET', undefined, {}]);
});

test('a refusal is final, unless it says something of the moment', async () => {
  for (const code of ['stale', 'against_belief', 'wrong_token', 'busy']) {
    answer(409, JSON.stringify(refusal(code)));
    expect(await ask('/study', null), code).toMatchObject({ is: 'refused', refusal: { code } });
  }
  for (const code of ['unavailable', 'store_unavailable', 'too_fast']) {
    answer(503, JSON.stringify(refusal(code)));
    expect(await ask('/study', null), code).toEqual({ is: 'lost', rest: 0 });
  }
  answer(429, JSON.stringify(refusal('busy', { retry_s: 3 })));
  expect(await ask('/study', null)).toEqual({ is: 'lost', rest: 3000 });
});

test('no answer, and an answer of something else than the server, is none', async () => {
  for (const [status, body] of [[502, '<html>Bad gateway</html>'], [200, '{"half'], [500, '{}'], [504, 'null']] as const) {
    answer(status, body);
    expect(await ask('/study', null), body).toEqual({ is: 'lost', rest: 0 });
  }
  vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('no connection')));
  expect(await ask('/study', null)).toEqual({ is: 'lost', rest: 0 });
});

test('tries come further and further apart, not all at once, and not before the server says', () => {
  const pauses = [0, 1, 2, 3, 4, 5, 20].map((failed) => pause(failed, 0, () => 0.5));
  expect(pauses).toEqual([400, 800, 1600, 3200, 6400, 8000, 8000]);
  expect([pause(0, 0, () => 0), pause(0, 0, () => 1)]).toEqual([300, 500]);
  expect(pause(0, 3000, () => 0.5)).toBe(3000);
});
