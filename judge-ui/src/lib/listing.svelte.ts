// The debates at the server, read again and again while somebody looks.

import type { DebateList, Snapshot, Summary } from '../protocol';
import { get } from './http';

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
      const { value } = await get<DebateList>(`/debates?limit=${LIMIT}`);
      if (value) this.debates = value.debates;
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#read(), EVERY_MS);
  }
}

/** A debate as spectators see it; null where the server does not say. */
export const look = async (debate: string): Promise<Snapshot | null> => (await get<Snapshot>(`/debates/${debate}`)).value;
