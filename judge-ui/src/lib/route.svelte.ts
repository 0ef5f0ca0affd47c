// Where the visitor is: kept in the address behind the #, which browsers do not send to servers.

import type { DebateId, Token } from '../protocol';

export type Route =
  /** The debate that the server shows to visitors. */
  | { view: 'home' }
  | { view: 'watch'; debate: DebateId }
  /** A new debate to judge. */
  | { view: 'judge' }
  | { view: 'seat'; debate: DebateId; token: Token }
  | { view: 'setup' };

export function address(route: Route): string {
  switch (route.view) {
    case 'home':
      return '#/';
    case 'watch':
      return `#/watch/${route.debate}`;
    case 'judge':
      return '#/judge';
    case 'seat':
      return `#/judge/${route.debate}/${route.token}`;
    case 'setup':
      return '#/new';
  }
}

function parse(hash: string): Route {
  const [, view, debate, token] = hash.split('/');
  if (view === 'watch' && debate) return { view, debate };
  if (view === 'judge' && debate && token) return { view: 'seat', debate, token };
  if (view === 'judge') return { view };
  if (view === 'new') return { view: 'setup' };
  return { view: 'home' };
}

class Here {
  route: Route = $state.raw(parse(location.hash));

  constructor() {
    addEventListener('hashchange', () => (this.route = parse(location.hash)));
  }
}

export const here = new Here();

/** Goes there. With `replace` the way back leads past the present place. */
export function go(route: Route, replace = false): void {
  if (replace) history.replaceState(null, '', address(route));
  else history.pushState(null, '', address(route));
  here.route = route;
}
