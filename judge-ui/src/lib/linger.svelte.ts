// What is still told of a debate after the visitor has gone on.

import type { Followed } from './followed.svelte';
import type { Server } from './server.svelte';

/** How long it is waited for: where the server has no classifier nothing comes. */
const LONGEST_MS = 30_000;

/**
 * Stops following a debate when `done` says that all is noted, asked anew with all that is told; or after a while. It may be
 * called as a view goes: `done` must not ask for what was the view's.
 */
export function linger(server: Server, followed: Followed, done: () => boolean): void {
  // Svelte starts no effect while it takes a view away.
  queueMicrotask(() => {
    let stop = () => {};
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      stop();
      server.release(followed);
    };
    const timer = setTimeout(end, LONGEST_MS);
    stop = $effect.root(() => {
      $effect(() => {
        if (done() || followed.ended) queueMicrotask(end);
      });
    });
  });
}
