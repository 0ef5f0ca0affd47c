// The programs that debate, as they are offered.

import type { Offer } from '../protocol';

/** A kind of agent, and what to know of it. */
export interface Kind {
  /** Its name on the wire; a tree search's goes on with its rollouts. */
  kind: 'exact' | 'mcts' | 'greedy' | 'random';
  name: string;
}

/** The strongest first. */
export const kinds: Kind[] = [
  { kind: 'exact', name: 'Exact: proves its moves where it can' },
  { kind: 'mcts', name: 'Tree search' },
  { kind: 'greedy', name: 'Greedy: best at once' },
  { kind: 'random', name: 'Random' },
];

/** The numbers of rollouts a move that are offered by name. */
const ROLLOUTS: [rollouts: number, note: string][] = [
  [10_000, ', as in the paper'],
  [1000, ''],
  [100, ''],
];

/** An agent by its name on the wire, and what it is called. */
export interface Choice {
  agent: string;
  name: string;
}

/** The agents to choose from at a server. */
export function agents({ max_rollouts: most }: Pick<Offer, 'max_rollouts'>): Choice[] {
  return kinds.flatMap(({ kind, name }): Choice[] => {
    if (kind !== 'mcts') return [{ agent: kind, name }];
    const searches = ROLLOUTS.filter(([rollouts]) => rollouts <= most);
    return searches.map(([rollouts, note]) => ({ agent: `mcts:${rollouts}`, name: `${name}, ${rollouts.toLocaleString('en')} rollouts${note}` }));
  });
}
