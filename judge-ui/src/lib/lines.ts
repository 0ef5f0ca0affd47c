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
  /** A rule to compare with, not a result. */
  faint?: boolean;
  /** Left out of the list of names. */
  hidden?: boolean;
  /** What a point may be off by, as [low, high]; null where there is no point. */
  intervals?: ([number, number] | null)[];
}
