// Requests to a study's server, told apart by what can be done about them.

import { API, type Refusal, type RefusalCode, type Token } from '../protocol';

/**
 * What came of a request: what was asked for; a refusal, which another try would meet again; or nothing that says whether
 * it was taken, so that it makes sense to ask again, in so many milliseconds at the earliest.
 */
export type Outcome<T> = { is: 'told'; value: T } | { is: 'refused'; refusal: Refusal } | { is: 'lost'; rest: number };

/** How long an answer is awaited, unless said otherwise. */
const PATIENCE_MS = 15_000;

/** The refusals that say something of the server at the moment, and nothing of the request. */
const PASSING: RefusalCode[] = ['too_fast', 'unavailable', 'store_unavailable'];

/** Asks once; with a body it is told something. */
export async function ask<T>(path: string, token: Token | null, body?: object, patience = PATIENCE_MS): Promise<Outcome<T>> {
  try {
    const answer = await fetch(`${API}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      cache: 'no-store',
      signal: AbortSignal.timeout(patience),
      headers: {
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const said: unknown = await answer.json();
    if (answer.ok) return { is: 'told', value: said as T };
    if (!isRefusal(said)) return { is: 'lost', rest: 0 };
    if (PASSING.includes(said.code) || said.retry_s !== undefined) return { is: 'lost', rest: 1000 * (said.retry_s ?? 0) };
    return { is: 'refused', refusal: said };
  } catch {
    // No connection, no answer in time, or an answer of something else than the server, such as a proxy.
    return { is: 'lost', rest: 0 };
  }
}

const isRefusal = (said: unknown): said is Refusal => typeof said === 'object' && said !== null && 'code' in said && 'message' in said;

/** How long to wait before another try after so many that failed: longer and longer, and not all at the same time. */
export function pause(failed: number, rest: number, random: () => number = Math.random): number {
  return Math.max(rest, Math.min(8000, 400 * 2 ** failed) * (0.75 + 0.5 * random()));
}
