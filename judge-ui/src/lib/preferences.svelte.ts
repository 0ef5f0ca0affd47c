// What the visitor chose last time.

import { keep, recall } from './keep';
import type { Mode } from './judging';

interface Chosen {
  /** How debates are judged. */
  mode: Mode;
  /** Of how many pixels; null for the most that the server has a classifier for. */
  pixels: number | null;
  /** Who debates before the judge. */
  debaters: string;
  /** Under which name the visitor plays and judges; empty for none. */
  name: string;
  /** Whether positions are analysed in a replay. */
  analysis: boolean;
}

const NAME = 'preferences';

class Preferences {
  #chosen: Chosen = $state.raw({ mode: 'moves', pixels: null, debaters: 'mcts:1000', name: '', analysis: false, ...recall<Partial<Chosen>>(NAME) });

  get chosen(): Chosen {
    return this.#chosen;
  }

  choose(some: Partial<Chosen>): void {
    this.#chosen = { ...this.#chosen, ...some };
    keep(NAME, this.#chosen);
  }

  /** The visitor as a player. The server takes names in Unicode's form NFC alone, and some keyboards write others. */
  get outside(): string {
    const name = this.#chosen.name.trim().normalize('NFC');
    return name === '' ? 'outside' : `outside:${name}`;
  }
}

export const preferences = new Preferences();
