// Where the visitor is.

import { address, parse, type Route } from './address';

/** The whole address, to be shared. */
export function link(route: Route): string {
  return new URL(address(route), location.href).href;
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
