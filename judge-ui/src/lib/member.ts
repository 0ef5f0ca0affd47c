// Who the visitor is in a class: kept in the browser, so that a phone that reloads goes on as the same person.

import type { ClassCode, Token } from '../protocol';
import { keep, recall } from './keep';
import { drawKey, isKey } from './key';

/** The visitor's key to a class; a new one where there is none. It is kept before the server is told of it, so that nobody joins twice. */
export function memberKey(code: ClassCode): Token {
  const name = `class.${code}`;
  const kept = recall<Token>(name);
  if (isKey(kept)) return kept;
  const token = drawKey();
  keep(name, token);
  return token;
}
