// The debates at the server, read again and again while somebody looks.

import type { DebateId, DebateList, Snapshot, Summary } from '../protocol';
import { get } from './http';

/** The server answers from its memory and one page of its store: some milliseconds of it, for each who looks. */
const EVERY_MS = 4000;

/** How many are asked for at once: the newest. */
const LIMIT = 40;

/** How many lists are read at most to find as many results as are wanted. */
const PAGES = 5;

export class Listing {
  /** The newest first; null before the server has told. */
  debates: Summary[] | null = $state.raw(null);
  /** Older ones that are over, as far as they have been looked for. */
  older: Summary[] = $state.raw([]);
  /** Whether there may be more of them. */
  more = $state(false);

  /** Where the list goes on that has been read last. */
  #next: DebateList['next'] = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor() {
    void this.#read();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Looks for so many more that are over. */
  async find(number: number): Promise<void> {
    const found: Summary[] = [];
    for (let page = 0; page < PAGES && found.length < number && this.more; page += 1) {
      const { value } = await get<DebateList>(`/debates?limit=${LIMIT}&before=${this.#next}`);
      if (!value) {
        // The server does not answer: whoever waits for results asks again, and not at once.
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
        break;
      }
      found.push(...value.debates.filter(({ phase }) => phase === 'over'));
      this.#goOn(value);
    }
    this.older = [...this.older, ...found];
  }

  async #read(): Promise<void> {
    if (!document.hidden) {
      const { value } = await get<DebateList>(`/debates?limit=${LIMIT}`);
      if (value) {
        if (this.debates === null) this.#goOn(value);
        else this.#keep(value);
        this.debates = value.debates;
      }
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#read(), EVERY_MS);
  }

  #goOn({ next }: DebateList): void {
    this.#next = next;
    this.more = next !== null;
  }

  /** Those that new debates have pushed out of the list are among the older ones. */
  #keep({ debates }: DebateList): void {
    const gone = (this.debates ?? []).filter(({ debate, phase }) => phase === 'over' && !debates.some((other) => other.debate === debate));
    if (gone.length > 0) this.older = [...gone, ...this.older];
  }
}

/** How old a debate is that waits for its verdict and is still taken for one under way. */
const ABANDONED_MS = 10 * 60_000;

/** The debates that go on at that time, those with reveals to come first. Whom the judge has left is not among them. */
export function underWay(debates: Summary[], now: number): DebateId[] {
  const revealing = debates.filter(({ phase }) => phase === 'revealing');
  const judging = debates.filter(({ phase, created_ms: created }) => phase === 'judging' && now - Number(created) < ABANDONED_MS);
  return [...revealing, ...judging].map(({ debate }) => debate);
}

/** A debate as spectators see it; null where the server does not say. */
export const look = async (debate: string): Promise<Snapshot | null> => (await get<Snapshot>(`/debates/${debate}`)).value;
