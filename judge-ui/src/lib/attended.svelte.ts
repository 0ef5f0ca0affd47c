// A class that is attended, as its presenter or as a member.

import type { ClassCode, ClassTold, CloseReason, Refusal, Token } from '../protocol';
import type { Message } from './connection.svelte';

export class Attended {
  /** The class as the server told it last. */
  told: ClassTold | null = $state.raw(null);
  /** Why the server does not tell it. */
  refusal: Refusal | null = $state.raw(null);
  /** Why the server says no more of it. */
  dismissed: CloseReason | null = $state(null);

  constructor(
    readonly code: ClassCode,
    readonly token: Token,
  ) {}

  hear(message: Extract<Message, { type: 'class' | 'dismissed' }>): void {
    if (message.type === 'dismissed') {
      this.dismissed = message.reason;
      return;
    }
    this.told = message;
    this.refusal = null;
  }
}
