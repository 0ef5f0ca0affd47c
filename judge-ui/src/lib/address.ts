// Where the visitor is: kept in the address behind the #, which browsers do not send to servers.
// Every address but the two that only lead on stays good: it can be kept, shared and reloaded.

import type { ClassCode, DebateId, Token } from '../protocol';

export type Route =
  | { view: 'home' }
  /** Leads on to the debate that the server shows to visitors. */
  | { view: 'show' }
  /** `token`: the key for spectators, where the debate is private. */
  | { view: 'watch'; debate: DebateId; token?: Token }
  /** The judge's record, and the way to a debate to judge. */
  | { view: 'judge' }
  /** Leads on to a new debate to judge. */
  | { view: 'next' }
  | { view: 'seat'; debate: DebateId; token: Token }
  /** The choice of seat and opponent. */
  | { view: 'debate' }
  | { view: 'play'; debate: DebateId; token: Token }
  /** `move`: after so many reveals, or after everything. */
  | { view: 'replay'; debate: DebateId; move: number | null; token?: Token }
  | { view: 'setup' }
  | { view: 'standings' }
  /** Leads on to a new class. */
  | { view: 'open' }
  /** A class on the wall, as its presenter has it. */
  | { view: 'present'; class: ClassCode; token: Token }
  /** A class on a phone: short, for it is copied from the wall. */
  | { view: 'class'; class: ClassCode };

export function address(route: Route): string {
  switch (route.view) {
    case 'home':
      return '#/';
    case 'show':
      return '#/watch';
    case 'watch':
      return `#/watch/${route.debate}${route.token ? `/${route.token}` : ''}`;
    case 'judge':
      return '#/judge';
    case 'next':
      return '#/judge/next';
    case 'seat':
      return `#/judge/${route.debate}/${route.token}`;
    case 'debate':
      return '#/debate';
    case 'play':
      return `#/debate/${route.debate}/${route.token}`;
    case 'replay':
      return `#/replay/${[route.debate, route.move, route.token].filter((part) => part != null).join('/')}`;
    case 'setup':
      return '#/new';
    case 'standings':
      return '#/standings';
    case 'open':
      return '#/class';
    case 'present':
      return `#/class/${route.class}/${route.token}`;
    case 'class':
      return `#/c/${route.class}`;
  }
}

/** The place of an address. */
export function parse(hash: string): Route {
  const [, view, debate, rest, last] = hash.split('/');
  switch (view) {
    case 'watch':
      return debate ? { view, debate, ...(rest ? { token: rest } : {}) } : { view: 'show' };
    case 'judge':
      if (debate && rest) return { view: 'seat', debate, token: rest };
      return debate === 'next' ? { view: 'next' } : { view };
    case 'debate':
      return debate && rest ? { view: 'play', debate, token: rest } : { view };
    case 'replay':
      if (!debate) return { view: 'home' };
      return replay(debate, [rest, last]);
    case 'new':
      return { view: 'setup' };
    case 'standings':
      return { view };
    case 'class':
      return debate && rest ? { view: 'present', class: debate, token: rest } : { view: 'open' };
    case 'c':
      return debate ? { view: 'class', class: debate.toUpperCase() } : { view: 'home' };
    default:
      return { view: 'home' };
  }
}

/** A debate and what follows it in the address: a number of reveals, a key for spectators, or both. */
function replay(debate: DebateId, rest: (string | undefined)[]): Route {
  const move = rest.find((part) => part !== undefined && /^\d{1,3}$/.test(part));
  const token = rest.find((part) => part && part !== move);
  return { view: 'replay', debate, move: move === undefined ? null : Number(move), ...(token ? { token } : {}) };
}
