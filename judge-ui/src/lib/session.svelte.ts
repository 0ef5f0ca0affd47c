// What the visitor does: follows one debate at a time, from the seat that the address names.

import type { CloseReason, DebateId, Refusal, ServerMessage, Setup, Token } from '../protocol';
import { Connection } from './connection.svelte';
import { go, here, type Route } from './route.svelte';
import { fold, known, type State } from './state';

/** How the visitor's own judgements have gone. */
export interface Tally {
  right: number;
  wrong: number;
}

export class Session {
  readonly connection: Connection = new Connection(
    () => this.#arrive(),
    (message) => this.#hear(message),
  );
  /** The debate on the page, as far as the server has told it. */
  state: State | null = $state.raw(null);
  /** The latest request that was not carried out. */
  refusal: Refusal | null = $state.raw(null);
  /** Why the server has let go of the debate on the page. */
  closed: CloseReason | null = $state(null);
  tally: Tally = $state({ right: 0, wrong: 0 });

  /** The debate that the connection follows, as far as is known. */
  #followed: DebateId | null = null;
  #judging: DebateId | null = null;

  /** Asks for what the address names. To be called whenever it has changed. */
  visit(route: Route): void {
    this.refusal = null;
    if (route.view === 'setup') return;
    const wanted = 'debate' in route ? route.debate : null;
    if (wanted === null || wanted !== this.state?.debate) {
      this.state = null;
      this.closed = null;
    }
    this.#ask(route, wanted);
  }

  /** Sets up a debate and goes there when the server has it. */
  create(setup: Partial<Setup> = {}): void {
    this.refusal = null;
    const pixels = this.connection.hello?.offer.pixels.at(-1);
    this.connection.send({ type: 'create', ...(pixels === undefined ? {} : { pixels }), ...setup });
  }

  /** Answers as the judge. */
  judge(label: number, probability: number | null): void {
    if (!this.state) return;
    this.refusal = null;
    this.#judging = this.state.debate;
    const { debate } = this.state;
    this.connection.send({ type: 'verdict', debate, label, probability, explanation: null, logits: null });
  }

  #arrive(): void {
    const { route } = here;
    // After a loss, the debate that was on the page rather than another that is shown now.
    const shown = route.view === 'home' ? this.state?.debate : undefined;
    this.#followed = null;
    if (shown !== undefined) this.#follow(shown);
    else if (route.view !== 'setup') this.#ask(route, 'debate' in route ? route.debate : null);
  }

  #ask(route: Route, wanted: DebateId | null): void {
    if (this.#followed !== null && this.#followed !== wanted) {
      this.connection.send({ type: 'leave', debate: this.#followed });
      this.#followed = null;
    }
    switch (route.view) {
      case 'home':
        return this.connection.send({ type: 'watch', debate: null, token: null, opinions: true });
      case 'watch':
        return this.#follow(route.debate);
      case 'seat':
        return this.#follow(route.debate, route.token);
      case 'judge':
        return this.create({ judge: 'outside' });
    }
  }

  /** Follows a debate, from where the page knows it; with a token from the seat that it opens. */
  #follow(debate: DebateId, token: Token | null = null): void {
    const opinions = true;
    if (this.state?.debate === debate) {
      this.connection.send({ type: 'resume', debate, token, seq: known(this.state), opinions });
    } else if (token === null) {
      this.connection.send({ type: 'watch', debate, token, opinions });
    } else {
      this.connection.send({ type: 'take', debate, token, opinions });
    }
  }

  #hear(message: Exclude<ServerMessage, { type: 'hello' }>): void {
    const { route } = here;
    switch (message.type) {
      case 'created': {
        const {
          debate,
          tokens: { judge: token },
        } = message;
        if (token === null) go({ view: 'watch', debate });
        else go({ view: 'seat', debate, token }, route.view === 'judge');
        break;
      }
      case 'snapshot':
      case 'resumed':
      case 'turn':
      case 'event':
      case 'opinion':
        // What was on its way when the visitor went elsewhere.
        if (route.view === 'setup' || ('debate' in route && route.debate !== message.debate)) break;
        this.state = fold(this.state, message);
        if (message.type === 'snapshot' || message.type === 'resumed') {
          this.closed = null;
          this.#followed = message.debate;
        }
        if (this.state) this.#count(this.state);
        break;
      case 'closed':
        if (message.debate === this.state?.debate) this.closed = message.reason;
        if (message.debate === this.#followed) this.#followed = null;
        break;
      case 'error':
        // The debate that was shown has gone while the connection was lost: there is another.
        if (route.view === 'home' && message.code === 'unknown_debate') {
          this.connection.send({ type: 'watch', debate: null, token: null, opinions: true });
        } else {
          this.refusal = message;
        }
        break;
    }
  }

  #count({ debate, view }: State): void {
    if (debate !== this.#judging || view.verdict?.type !== 'label') return;
    this.#judging = null;
    if (view.outcome?.winner === 'honest') this.tally.right += 1;
    else this.tally.wrong += 1;
  }
}
