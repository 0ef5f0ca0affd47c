// One debate that is followed, from a seat or as a spectator.

import type { CloseReason, DebateId, JudgeKey, Refusal, Token } from '../protocol';
import type { Message, Wish } from './connection.svelte';
import { believed, fold, known, type News, type State } from './state';

export class Followed {
  /** The debate as far as the server has told it. */
  state: State | null = $state.raw(null);
  /** Why the server does not tell it. */
  refusal: Refusal | null = $state.raw(null);
  /** Why the server has let go of it. */
  closed: CloseReason | null = $state(null);
  /** When the server told whose turn it is, on the clock of `performance`. */
  turnAt = $state(0);

  /** How many parts of the page follow it. */
  users = 0;

  constructor(
    readonly debate: DebateId,
    /** The key to a seat; without one it is watched. */
    readonly token: Token | null,
    /** Whether it is watched, by a key if the debate is private. */
    readonly watched: boolean = token === null,
    /** The key to the record that the visitor’s judgment is to be on, in a judge’s seat. */
    readonly judgeKey: JudgeKey | null = null,
  ) {}

  /** Asks for the debate, from where the page knows it. */
  wish(): Wish {
    const { debate, token, watched, state, judgeKey } = this;
    const opinions = true;
    if (state) return { type: 'resume', debate, token, seq: known(state), opinions };
    if (watched || token === null) return { type: 'watch', debate, token, opinions };
    return { type: 'take', debate, token, opinions, ...(judgeKey === null ? {} : { judge_key: judgeKey }) };
  }

  /** Whether the server will say no more of it, so that nothing can be done in it either. */
  get ended(): boolean {
    return this.refusal !== null || (this.closed !== null && this.closed !== 'restarting');
  }

  /** The server has taken what the judge believes. */
  believe(after: number, belief: number): void {
    if (this.state) this.state = believed(this.state, after, belief);
  }

  /** The server has taken the visitor’s verdict, and waits for those of other judges. */
  answer(): void {
    if (this.state) this.state = { ...this.state, answered: true };
  }

  hear(message: News | Extract<Message, { type: 'closed' }>): void {
    if (message.type === 'closed') {
      this.closed = message.reason;
      return;
    }
    const turn = this.state?.turn;
    this.state = fold(this.state, message);
    if (this.state && this.state.turn !== turn) this.turnAt = performance.now();
    if (message.type === 'snapshot' || message.type === 'resumed') {
      this.closed = null;
      this.refusal = null;
    }
  }
}
