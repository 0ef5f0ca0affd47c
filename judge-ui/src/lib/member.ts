// Who the visitor is in a class: kept in the browser, so that a phone that reloads goes on as the same person.

import type { ClassCode, Token } from '../protocol';
import { keep, recall } from './keep';

/** The visitor's key to a class; a new one where there is none. It is kept before the server is told of it, so that nobody joins twice. */
export function memberKey(code: ClassCode): Token {
  const name = `class.${code}`;
  const kept = recall<Token>(name);
  if (typeof kept === 'string' && /^[\w-]{43}$/.test(kept)) return kept;
  const token = draw();
  keep(name, token);
  return token;
}

/** 256 random bits, in 43 letters, digits, “-” and “_”. */
function draw(): Token {
  const bits = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bits)).replaceAll('+', '-').replaceAll('/', '_').replace('=', '');
}
