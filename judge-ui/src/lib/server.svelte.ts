// The server as the page talks to it: requests with their answers, and the debates that are followed.

import type { ClassCode, Created, DebateId, JudgeKey, Refusal, Setup, Token, Visibility } from '../protocol';
import { Attended } from './attended.svelte';
import { Connection, type Message, type Wish } from './connection.svelte';
import { Followed } from './followed.svelte';

/** The answer to a request; null where the connection was lost before it came. */
export type Answer = Extract<Message, { type: 'created' | 'snapshot' | 'resumed' | 'accepted' | 'opened' | 'class' | 'error' }> | null;

/** What a refused request says when the connection was lost before its answer. */
export const UNANSWERED: Refusal = {
  code: 'unavailable',
  message: 'the connection was lost before the server answered',
  expected: 'another try when the connection is back',
  debate: null,
};

export class Server {
  readonly connection = new Connection({
    greeted: () => this.#arrive(),
    told: (message) => this.#hear(message),
    lost: () => this.#settle(null),
  });

  /** What is followed, each from its own seat: by {@link place}. */
  #followed = new Map<string, Followed>();
  /** As whom the connection follows each debate: it has one seat in each, the one that it took last. */
  #seated = new Map<DebateId, Followed>();
  /** The class that is attended: one at a time. */
  #attended: Attended | null = null;
  #asked = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  /** Sends a request and waits for its answer. */
  ask(wish: Wish): Promise<Answer> {
    const id = (this.#lastId += 1);
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      if (!this.connection.send({ ...wish, id })) this.#answer(id, null);
    });
  }

  /** Sets up a debate; what it leaves out is as the server has it, with the most pixels it judges. */
  async create(setup: Partial<Setup>): Promise<Created | Refusal> {
    const pixels = this.connection.hello?.offer.pixels.at(-1);
    const answer = await this.ask({ type: 'create', ...(pixels === undefined ? {} : { pixels }), ...setup });
    return answer?.type === 'created' || answer?.type === 'error' ? answer : UNANSWERED;
  }

  /** Has a debate that is over judged again by somebody else, at that judge's own pace; it is found by its link alone. */
  async judgeAgain(debate: DebateId, token: Token | null, visibility: Visibility): Promise<Created | Refusal> {
    const answer = await this.ask({
      type: 'create',
      judge: 'outside',
      recorded: { debate, token, shows: 'asked' },
      visibility: visibility === 'private' ? 'private' : 'unlisted',
    });
    return answer?.type === 'created' || answer?.type === 'error' ? answer : UNANSWERED;
  }

  /** Takes the seat in a debate that the token opens, until it is released as often; a judge’s with the key to its record. */
  take(debate: DebateId, token: Token, judgeKey: JudgeKey | null = null): Followed {
    return this.#follow(debate, token, false, judgeKey);
  }

  /** Watches a debate until it is released as often; a private one with the key for spectators. */
  watch(debate: DebateId, token: Token | null = null): Followed {
    return this.#follow(debate, token, true);
  }

  /** Attends a class, as its presenter or as a member; until another is. */
  attend(code: ClassCode, token: Token): Attended {
    const attended = new Attended(code, token);
    this.#attended = attended;
    void this.#visit(attended);
    return attended;
  }

  /** Attends the class again, for instance when it is attended in another window. */
  async retry(attended: Attended): Promise<void> {
    attended.dismissed = null;
    await this.#visit(attended);
  }

  async #visit(attended: Attended): Promise<void> {
    const answer = this.connection.state === 'open' ? await this.ask({ type: 'attend', class: attended.code, token: attended.token }) : null;
    if (answer?.type === 'error') attended.refusal = answer;
  }

  #follow(debate: DebateId, token: Token | null, watched: boolean, judgeKey: JudgeKey | null = null): Followed {
    const wanted = new Followed(debate, token, watched, judgeKey);
    const followed = this.#followed.get(place(wanted)) ?? wanted;
    if (followed === wanted) this.#followed.set(place(followed), followed);
    followed.users += 1;
    if (this.#seated.get(debate) !== followed) void this.#fetch(followed);
    return followed;
  }

  /** Follows the debate that the server shows to visitors; null while there is no connection. */
  async show(): Promise<Followed | Refusal | null> {
    const answer = await this.ask({ type: 'watch', debate: null, token: null, opinions: true });
    if (answer?.type !== 'snapshot') return answer?.type === 'error' ? answer : null;
    const shown = new Followed(answer.debate, null);
    const followed = this.#followed.get(place(shown)) ?? shown;
    this.#followed.set(place(followed), followed);
    this.#seated.set(followed.debate, followed);
    followed.hear(answer);
    followed.users += 1;
    return followed;
  }

  /** Stops following for one of those who followed. */
  release(followed: Followed): void {
    followed.users -= 1;
    if (followed.users > 0) return;
    this.#followed.delete(place(followed));
    if (this.#seated.get(followed.debate) !== followed) return;
    const other = [...this.#followed.values()].find(({ debate }) => debate === followed.debate);
    if (other) {
      // Another part of the page follows the debate from another seat: the connection goes there.
      void this.#fetch(other);
    } else {
      this.#seated.delete(followed.debate);
      if (!followed.ended) void this.ask({ type: 'leave', debate: followed.debate });
    }
  }

  /** Asks for a debate again, for instance when its seat was taken in another window. */
  retake(followed: Followed): void {
    followed.closed = null;
    void this.#fetch(followed);
  }

  async #fetch(followed: Followed): Promise<void> {
    this.#seated.set(followed.debate, followed);
    // Without a connection it is asked for when there is one.
    const answer = this.connection.state === 'open' ? await this.ask(followed.wish()) : null;
    if (answer?.type === 'error') followed.refusal = answer;
    else if (answer?.type === 'snapshot' || answer?.type === 'resumed') followed.hear(answer);
  }

  #arrive(): void {
    for (const followed of this.#seated.values()) {
      // Another window has the seat: the two must not take it from each other for ever.
      if (followed.closed !== 'seat_taken') void this.#fetch(followed);
    }
    if (this.#attended?.dismissed === null) void this.#visit(this.#attended);
  }

  #hear(message: Message): void {
    switch (message.type) {
      case 'turn':
      case 'event':
      case 'opinion':
      case 'judgments':
      case 'closed':
        this.#seated.get(message.debate)?.hear(message);
        break;
      case 'class':
      case 'dismissed':
        if (message.class === this.#attended?.code) this.#attended.hear(message);
        break;
    }
    if (!('id' in message) || message.id == null) {
      // What was sent too fast was not read, and so has no answer of its own.
      if (message.type === 'error' && message.code === 'too_fast') this.#settle(message);
    } else {
      this.#answer(message.id, message);
    }
  }

  #answer(id: number, answer: Answer): void {
    this.#asked.get(id)?.(answer);
    this.#asked.delete(id);
  }

  /** Gives all that wait for an answer the same. */
  #settle(answer: Answer): void {
    for (const id of [...this.#asked.keys()]) this.#answer(id, answer);
  }
}

/** A seat in a debate, or a place among its spectators: what is followed from there is told there alone. */
const place = ({ debate, token, watched }: Followed): string => `${watched ? 'watch' : 'take'}/${debate}/${token ?? ''}`;
