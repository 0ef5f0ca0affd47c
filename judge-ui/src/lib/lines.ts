// What a chart draws.

/** One line of a chart; its values are shares, null where there is none. */
export interface Line {
  name: string;
  values: (number | null)[];
  /** A colour of the page's, as var(--honest). */
  colour: string;
  /** Lengths of strokes and gaps: lines are told apart without their colours. */
  dash?: number[];
  /** Without points. */
  plain?: boolean;
  /** The edge of an interval or a rule to compare with, not a result. */
  faint?: boolean;
  /** Left out of the list of names. */
  hidden?: boolean;
  /** The line up to which the room is filled. */
  bandTo?: number;
}
