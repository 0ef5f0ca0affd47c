// The debates at the server, read again and again while somebody looks.

import { API, type DebateList, type Snapshot, type Summary } from '../protocol';

const EVERY_MS = 4000;

/** How many are asked for: the newest. */
const LIMIT = 40;

export class Listing {
  /** The newest first; null before the server has told. */
  debates: Summary[] | null = $state.raw(null);

  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor() {
    void this.#read();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #read(): Promise<void> {
    if (!document.hidden) {
      const list = await read<DebateList>(`/debates?limit=${LIMIT}`);
      if (list) this.debates = list.debates;
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#read(), EVERY_MS);
  }
}

/** A debate as spectators see it; null where the server does not say. */
export const look = (debate: string): Promise<Snapshot | null> => read<Snapshot>(`/debates/${debate}`);

async function read<T>(path: string): Promise<T | null> {
  try {
    const answer = await fetch(`${API}${path}`);
    return answer.ok ? ((await answer.json()) as T) : null;
  } catch {
    // The connection is lost: the socket says so, and the next reading finds it again.
    return null;
  }
}
