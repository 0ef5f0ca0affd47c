// Where the visitor is: kept in the address behind the #, which browsers do not send to servers.
// Every address but the two that only lead on stays good: it can be kept, shared and reloaded.

import type { DebateId, Token } from '../protocol';

export type Route =
  | { view: 'home' }
  /** Leads on to the debate that the server shows to visitors. */
  | { view: 'show' }
  | { view: 'watch'; debate: DebateId }
  /** The judge's record, and the way to a debate to judge. */
  | { view: 'judge' }
  /** Leads on to a new debate to judge. */
  | { view: 'next' }
  | { view: 'seat'; debate: DebateId; token: Token }
  /** The choice of seat and opponent. */
  | { view: 'debate' }
  | { view: 'play'; debate: DebateId; token: Token }
  /** `move`: after so many reveals, or after everything. */
  | { view: 'replay'; debate: DebateId; move: number | null }
  | { view: 'setup' };

export function address(route: Route): string {
  switch (route.view) {
    case 'home':
      return '#/';
    case 'show':
      return '#/watch';
    case 'watch':
      return `#/watch/${route.debate}`;
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
      return `#/replay/${route.debate}${route.move === null ? '' : `/${route.move}`}`;
    case 'setup':
      return '#/new';
  }
}

/** The whole address, to be shared. */
export function link(route: Route): string {
  return new URL(address(route), location.href).href;
}

function parse(hash: string): Route {
  const [, view, debate, rest] = hash.split('/');
  switch (view) {
    case 'watch':
      return debate ? { view, debate } : { view: 'show' };
    case 'judge':
      if (debate && rest) return { view: 'seat', debate, token: rest };
      return debate === 'next' ? { view: 'next' } : { view };
    case 'debate':
      return debate && rest ? { view: 'play', debate, token: rest } : { view };
    case 'replay':
      if (!debate) return { view: 'home' };
      return { view, debate, move: rest !== undefined && /^\d+$/.test(rest) ? Number(rest) : null };
    case 'new':
      return { view: 'setup' };
    default:
      return { view: 'home' };
  }
}

class Here {
  route: Route = $state.raw(parse(location.hash));

  constructor() {
    addEventListener('hashchange', () => (this.route = parse(location.hash)));
    addEventListener('popstate', () => (this.route = parse(location.hash)));
  }
}

export const here = new Here();

/** Goes there. With `replace` the way back leads past the present place. */
export function go(route: Route, replace = false): void {
  if (replace) history.replaceState(null, '', address(route));
  else history.pushState(null, '', address(route));
  here.route = route;
}
