// What the page itself says to participants. What a study says comes from its own files of texts.

import type { Brightness } from '../item';
import type { Fault } from '../questionnaire';

/** A pixel, for a sentence about it. */
export interface Pixel {
  number: number;
  of: number;
  /** From 1. */
  column: number;
  /** From 1. */
  row: number;
  value: number;
  brightness: Brightness;
  /** For which answer it is shown, if for one. */
  claim: string | null;
}

/** Every one is needed in every language: what is missing does not compile. */
export interface Words {
  /** The language's tag. */
  language: string;

  loading: string;
  lost: string;
  sending: string;
  study: string;
  skip: string;
  progress: (done: number, of: number) => string;
  percent: (share: number) => string;

  begin: string;
  beginning: string;
  chooseLanguage: string;
  full: string;
  pausedBefore: string;
  closedBefore: string;
  comeBack: string;
  notBegun: string;
  again: string;
  missing: string;
  missingWhy: (names: string[]) => string;
  barred: string;
  barredLink: string;

  consent: string;
  agree: string;
  decline: string;
  declineSure: string;
  declineWhat: string;
  declineYes: string;

  menu: string;
  close: string;
  link: string;
  linkWhat: string;
  copy: string;
  copied: string;
  selected: string;
  leave: string;
  leaveSure: string;
  leaveWhat: string;
  leaveYes: string;
  back: string;

  questionsBefore: string;
  questionsAfter: string;
  optional: string;
  faults: Record<Fault, string>;
  faultsAbove: (number: number) => string;
  characters: (used: number, of: number) => string;
  charactersMost: (most: number) => string;
  scale: (from: number, to: number, low: string | null, high: string | null) => string;
  unset: string;
  send: string;

  instructions: string;
  next: string;

  image: (number: number, of: number) => string;
  practice: string;
  which: string;
  or: string;
  board: string;
  nothing: string;
  pixelOf: (number: number, of: number) => string;
  pixel: (pixel: Pixel) => string;
  pixelsShown: (number: number) => string;
  place: (pixel: Pixel) => string;
  light: (pixel: Pixel) => string;
  claims: (answer: string) => string;
  shownFor: string;
  newest: string;
  pixels: string;

  nextPixel: string;
  firstPixel: string;
  nextPixelIn: (seconds: number) => string;
  waiting: string;

  probable: string;
  probableBefore: string;
  probableLabel: (left: string, right: string) => string;
  probableValue: (left: string, leftShare: string, right: string, rightShare: string) => string;
  probableHow: string;
  probableUnset: string;
  lastBelief: (answer: string, share: string) => string;
  confirm: string;

  decide: string;
  decideFor: (answer: string) => string;
  decideNone: string;
  decideUnset: string;
  sure: string;
  sureLow: string;
  sureHigh: string;
  sureUnset: string;
  why: string;
  whyOptional: string;
  whyNeeded: string;
  whyMissing: string;
  /** What was chosen against what was believed. */
  against: (answer: string, share: string) => string;

  /** The same, where there is nothing to explain it by. */
  againstOnly: (answer: string, share: string) => string;

  giveUp: string;
  giveUpSure: string;
  giveUpWhat: string;
  giveUpYes: string;

  left: string;
  warning: (left: string) => string;
  seconds: (seconds: number) => string;
  over: string;

  feedback: string;
  truth: string;
  right: string;
  wrong: string;
  undecided: string;
  yours: string;
  gave: (share: string) => string;
  results: (right: number, of: number) => string;
  columnImage: string;
  columnTruth: string;
  columnYours: string;
  columnBelief: string;

  paused: string;
  pausedWhat: string;

  done: string;
  screenedOut: string;
  excluded: string;
  excludedWhat: string;
  leftStudy: string;
  leftWhat: string;
  tooLate: string;
  tooLateWhat: string;
  ended: string;
  endedWhat: string;
  code: string;
  /** Of whoever ends otherwise than by doing all. */
  otherCode: string;
  codeWhat: string;
  bonus: string;
  mayClose: string;

  refused: string;
}
