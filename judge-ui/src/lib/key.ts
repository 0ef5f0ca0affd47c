// Keys of one's own making: 256 random bits, of which the server keeps a hash.

import type { Token } from '../protocol';

/** A new key, in 43 letters, digits, “-” and “_”. */
export function drawKey(): Token {
  const bits = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bits)).replaceAll('+', '-').replaceAll('/', '_').replace('=', '');
}

/** Whether something, typed or kept, is as a key is. */
export const isKey = (value: unknown): value is Token => typeof value === 'string' && /^[\w-]{43}$/.test(value);
