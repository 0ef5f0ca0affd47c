// What the page asks of the server beside the websocket.

import { API, type Refusal, type Token } from '../protocol';

/** What came of a question: what was asked for, or why not. */
export type Answered<T> = { value: T; refusal: null } | { value: null; refusal: Refusal };

/** What is said where no answer came. */
const NO_ANSWER: Refusal = {
  code: 'unavailable',
  message: 'the server did not answer',
  expected: 'another try when the connection is back',
  debate: null,
};

/** Asks for a resource; with the token that a private debate needs. */
export async function get<T>(path: string, token: Token | null = null): Promise<Answered<T>> {
  try {
    const answer = await fetch(`${API}${path}`, token === null ? {} : { headers: { Authorization: `Bearer ${token}` } });
    const body: unknown = await answer.json();
    return answer.ok ? { value: body as T, refusal: null } : { value: null, refusal: body as Refusal };
  } catch {
    // The connection is lost: the websocket says so.
    return { value: null, refusal: NO_ANSWER };
  }
}
