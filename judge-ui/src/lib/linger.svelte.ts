// What is still told of a debate after the visitor has gone on.

import type { Followed } from './followed.svelte';
import type { Server } from './server.svelte';

/** How long it is waited for: where the server has no classifier nothing comes. */
const LONGEST_MS = 30_000;

/** Stops following a debate when `done` says that all is noted, asked anew with all that is told; or after a while. */
export function linger(server: Server, followed: Followed, done: () => boolean): void {
  if (done() || followed.ended) {
    server.release(followed);
    return;
  }
  const end = () => {
    clearTimeout(timer);
    stop();
    server.release(followed);
  };
  const timer = setTimeout(end, LONGEST_MS);
  const stop = $effect.root(() => {
    $effect(() => {
      if (done() || followed.ended) queueMicrotask(end);
    });
  });
}
