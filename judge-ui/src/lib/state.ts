// A debate as the page follows it: what the server told at first, and all that it has told since.

import type { Background, DebateId, Resumed, ServerMessage, Shows, Snapshot, Told, Turn, View, Visibility } from '../protocol';

export interface State {
  debate: DebateId;
  /** The number of the latest event that is in the view. */
  seq: number;
  view: View;
  /** Whose turn it is: nobody’s before the debate has begun and after its end. */
  turn: Turn | null;
  background: Background | null;
  /** Who may watch. */
  visibility: Visibility;
  /** Whether an outside judge may be told by others what it is not told. */
  influenced: boolean;
  /** What its labels are called, where the server calls its own otherwise. */
  labels: string[] | null;
  /** Where a recorded debate is judged: when its reveals are shown. */
  shows: Shows | null;
  /** What the classifier made of the evidence after each reveal, as far as it was told. */
  logits: number[][];
  /** What an outside judge believed of the first debater’s claim, before the first reveal and after each, as far as it was told. */
  beliefs: (number | null)[];
  /** Of a panel, how many judges there are and how many of them have answered, as far as the visitor may know. */
  panel: { judges: number; answered: number } | null;
  /** Whether the visitor has answered as a judge of a panel. */
  answered: boolean;
  /** Whether the visitor’s judgment is on the record whose key came with the seat; null where none did. */
  onRecord: boolean | null;
}

/** What the server says of a debate that is followed. */
export type News = Extract<ServerMessage, { type: 'snapshot' | 'resumed' | 'turn' | 'event' | 'opinion' | 'judgments' }>;

/** The state after a message; null where there was none that the message could change. */
export function fold(state: State | null, message: News): State | null {
  if (message.type === 'snapshot') return begin(message);
  if (state === null || message.debate !== state.debate) return state;
  switch (message.type) {
    case 'resumed':
      return {
        ...state,
        turn: message.turn,
        beliefs: message.beliefs ?? state.beliefs,
        answered: message.answered ?? false,
        view: { ...state.view, seat: message.seat },
      };
    case 'turn':
      return { ...state, turn: message.turn };
    case 'event':
      // Some are told again: see `known`.
      return message.seq === state.seq + 1 ? happened(state, message) : state;
    case 'opinion':
      return message.seq === state.logits.length + 1 ? { ...state, logits: [...state.logits, message.logits] } : state;
    case 'judgments': {
      // Of a panel all judges’ are told, and which of them the visitor’s own are is not.
      const { judges, answered, beliefs } = message;
      if (judges > 1) return { ...state, panel: { judges, answered } };
      return { ...state, beliefs: beliefs?.[0] ?? state.beliefs };
    }
  }
}

/** After which event a state is resumed: the first of which the event or the opinion was not told. */
export function known({ seq, logits }: State): Resumed['seq'] {
  return Math.min(seq, logits.length);
}

/** The state after the server has taken what the judge believes after so many reveals. */
export function believed(state: State, after: number, belief: number): State {
  const beliefs = Array.from({ length: Math.max(after + 1, state.beliefs.length) }, (_, index) => state.beliefs[index] ?? null);
  beliefs[after] = belief;
  return { ...state, beliefs };
}

function begin(message: Snapshot): State {
  const { debate, seq, view, turn, background, visibility, judge_may_be_influenced: influenced } = message;
  const { shows = null, labels = null } = message;
  const { beliefs, answered = false, on_record: onRecord = null } = message;
  return { debate, seq, view, turn, background, visibility, influenced, labels, shows, logits: [], beliefs: beliefs ?? [], panel: null, answered, onRecord };
}

function happened(state: State, { seq, event, to_move, turn, ending }: Told): State {
  const view: View = { ...state.view, to_move };
  if (event.type === 'reveal') {
    const { by, pixel, value } = event;
    view.evidence = [...view.evidence, { by, pixel, value }];
  } else if (event.type === 'verdict') {
    view.verdict = event.verdict;
  }
  // It is nobody's where it is not told, unless it was told ahead, of what is told again now.
  const ahead = state.turn && state.turn.seq > seq ? state.turn : null;
  if (!ending) return { ...state, seq, view, turn: turn ?? ahead };
  const { outcome, truth, background } = ending;
  view.outcome = outcome;
  view.truth = truth;
  view.rules = { ...view.rules, first: truth.first };
  if (!view.rules.precommit) {
    // The liar has claimed nothing, the honest debater the truth.
    const honest = truth.first === 'honest';
    view.claims = { first: honest ? truth.label : null, second: honest ? null : truth.label };
  }
  return { ...state, seq, view, turn: null, background };
}
