// Generated from the crates `protocol` and `game`: PIXEL_DEBATE_WRITE=1 cargo test -p pixel-debate-protocol

export const VERSION = 1;

export const PATH = "/socket";

/**
 * What stands behind a debate and is told with its outcome, for each of it tells who is honest.
 */
export type Background = { 
/**
 * Where the image comes from.
 */
source: ImageSource, 
/**
 * Who played.
 */
players: Players, };

/**
 * A message from a client to the server.
 */
export type ClientMessage = { "type": "create" } & Setup | { "type": "watch", 
/**
 * Which debate; `null` for the one that the server shows to visitors, which it begins if
 * none is under way.
 */
debate: DebateId | null, } | { "type": "take", 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * The key to the seat.
 */
token: Token, } | { "type": "verdict", 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * The label that the judge believes: with precommit one of the claims.
 */
label: number, 
/**
 * How sure the judge is of it, from 0 to 1, if it says.
 */
probability: number | null, } | { "type": "leave", 
/**
 * Which debate.
 */
debate: DebateId, };

/**
 * Why the server lets go of a debate.
 */
export type CloseReason = "over" | "no_verdict" | "seat_taken" | "fault";

/**
 * A debate's name on the wire. It says nothing about the debate.
 */
export type DebateId = string;

/**
 * A debater's place at the table: the one that makes the first reveal, or the other.
 *
 * The judge knows the debaters by place only; which [`Role`] sits where is the secret.
 */
export type Debater = "first" | "second";

/**
 * The server's greeting.
 */
export type Hello = { 
/**
 * The version of the protocol: [`VERSION`](crate::VERSION).
 */
protocol: number, 
/**
 * The program and its version.
 */
server: string, 
/**
 * What may be asked for.
 */
offer: Offer, };

/**
 * A grey image, 0 black to 255 white, of 1x1 up to 255x255 pixels.
 *
 * Serialises as `{"width": 28, "height": 28, "pixels": "<base64, row by row>"}`; reading one back
 * checks it as [`Image::new`] does.
 */
export type Image = { width: number, height: number, pixels: string, };

/**
 * An image's place in a data set.
 */
export type ImageSource = { 
/**
 * The data set's name.
 */
dataset: string, 
/**
 * The image's number in it, from 0.
 */
index: number, };

/**
 * Who judges a debate.
 */
export type JudgeKind = "classifier" | "person";

/**
 * Which pixels may be revealed.
 */
export type LegalPixels = "nonzero" | "any";

/**
 * What may be asked of the server.
 */
export type Offer = { 
/**
 * The name of the data set.
 */
dataset: string, 
/**
 * How many images it has.
 */
images: number, 
/**
 * The names of its classes, in the order of the labels.
 */
classes: Array<string>, 
/**
 * The numbers of pixels that debates may have: those with a trained judge.
 */
pixels: Array<number>, 
/**
 * The most rollouts a move of a tree search.
 */
max_rollouts: number, 
/**
 * The longest pace, in milliseconds.
 */
max_pace_ms: number, 
/**
 * The largest message that the server reads, in bytes.
 */
max_message_bytes: number, };

/**
 * How a debate ended.
 */
export type Outcome = { 
/**
 * Who won.
 */
winner: Role, 
/**
 * By what.
 */
reason: OutcomeReason, };

/**
 * What ended a debate.
 */
export type OutcomeReason = "verdict" | "time" | "illegal_move" | "absent" | "resignation";

/**
 * A pixel's place: column `x` and row `y`, counted from 0 at the top left.
 *
 * Serialises as `[x, y]`. Pixels are ordered as they are read: by row, then by column.
 */
export type Pixel = [number, number];

/**
 * The names of those who took part, where known.
 */
export type Players = { 
/**
 * The honest debater.
 */
honest?: string, 
/**
 * The liar.
 */
liar?: string, 
/**
 * The judge.
 */
judge?: string, };

/**
 * Why a request was not carried out. Nothing has changed.
 */
export type Refusal = { 
/**
 * Which kind of fault it is, for programs.
 */
code: RefusalCode, 
/**
 * What is wrong, as a sentence for people.
 */
message: string, 
/**
 * What would have been right.
 */
expected: string, 
/**
 * The debate that the request was about, if it named one.
 */
debate: DebateId | null, };

/**
 * The kinds of fault. A code keeps its meaning from version to version.
 */
export type RefusalCode = "malformed" | "binary" | "too_large" | "setup" | "busy" | "too_many_seats" | "unknown_debate" | "wrong_token" | "not_seated" | "illegal";

/**
 * One pixel shown to the judge.
 */
export type Reveal = { 
/**
 * Who revealed it.
 */
by: Debater, 
/**
 * Where it is.
 */
pixel: Pixel, 
/**
 * Its value in the image, 0 to 255. Nobody can lie about it.
 */
value: number, };

/**
 * What a debater argues for: the true label, or another.
 */
export type Role = "honest" | "liar";

/**
 * A place from which a debate is seen: `"first"`, `"second"`, `"judge"` or `"spectator"`.
 */
export type Seat = "first" | "second" | "judge" | "spectator";

/**
 * The claims by place, as far as a seat may know them.
 */
export type SeatClaims = { 
/**
 * The first debater's claim.
 */
first: number | null, 
/**
 * The second debater's claim.
 */
second: number | null, };

/**
 * A message from the server to a client.
 */
export type ServerMessage = { "type": "hello" } & Hello | { "type": "created", 
/**
 * Its name.
 */
debate: DebateId, 
/**
 * The key to the judge's seat, where a person judges.
 */
judge: Token | null, } | { "type": "state" } & State | { "type": "closed", 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * Why.
 */
reason: CloseReason, } | { "type": "error" } & Refusal;

/**
 * The debate that a client wants. What it leaves out is as in [`Setup::default`].
 */
export type Setup = { 
/**
 * The image's number in the server's data set, from 0; `null` for any.
 */
image: number | null, 
/**
 * How many pixels the debaters reveal together: one of [`Offer::pixels`](crate::Offer::pixels).
 */
pixels: number, 
/**
 * Whether the liar's label is fixed, and told to the judge, before the first reveal.
 */
precommit: boolean, 
/**
 * The label that the liar claims; `null` for any wrong one. Only with precommit.
 */
lie: number | null, 
/**
 * Who makes the first reveal; `null` for either.
 */
first: Role | null, 
/**
 * The agent that plays the honest debater: `random`, `greedy`, or `mcts:` and the number of
 * rollouts a move, at most [`Offer::max_rollouts`](crate::Offer::max_rollouts).
 */
honest: string, 
/**
 * The agent that plays the liar.
 */
liar: string, 
/**
 * Who judges.
 */
judge: JudgeKind, 
/**
 * The least time from one event to the next, in milliseconds, for those who watch: at most
 * [`Offer::max_pace_ms`](crate::Offer::max_pace_ms).
 */
pace_ms: number, };

/**
 * A debate as a seat may see it after a number of events.
 */
export type State = { 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * The number of events so far. States come in this order; a client that missed some has
 * missed nothing that the latest does not say.
 */
seq: number, 
/**
 * The debate from the client's seat.
 */
view: View, 
/**
 * The classifier's logits after each reveal, a list for each, in the order of the labels. They
 * depend on the evidence alone. A person who judges gets them with the outcome.
 */
logits: Array<Array<number>>, 
/**
 * With the outcome: what else was kept back.
 */
background: Background | null, };

/**
 * The key to one seat of one debate. Whoever has it may take the seat.
 */
export type Token = string;

/**
 * What is hidden from the judge until the outcome.
 */
export type Truth = { 
/**
 * The true label.
 */
label: number, 
/**
 * The role of the first debater.
 */
first: Role, 
/**
 * The whole image.
 */
image: Image, };

/**
 * In what order the debaters reveal.
 */
export type TurnOrder = "alternating" | "blocks" | "alone";

/**
 * The judge's answer.
 */
export type Verdict = { "type": "logits", 
/**
 * The logits, in the order of the labels.
 */
logits: Array<number>, } | { "type": "label", 
/**
 * The label.
 */
label: number, 
/**
 * How sure the judge is of it, from 0 to 1, if it says.
 */
probability: number | null, };

/**
 * A debate as one seat may see it.
 *
 * Until the outcome the judge's and the spectators' views depend on nothing but the size of the
 * image, the evidence, the claims by place, and the rules less who is honest. Without precommit
 * they are told no claim, for the only one made is the truth. After the outcome everybody sees
 * everything.
 */
export type View = { 
/**
 * Whose view this is.
 */
seat: Seat, 
/**
 * The rules, as far as the seat may know them.
 */
rules: ViewRules, 
/**
 * The number of classes; labels are below it.
 */
classes: number, 
/**
 * The image's number of columns.
 */
width: number, 
/**
 * The image's number of rows.
 */
height: number, 
/**
 * The claims, as far as the seat may know them.
 */
claims: SeatClaims, 
/**
 * The pixels revealed so far.
 */
evidence: Array<Reveal>, 
/**
 * Whose reveal is next: `None` when only the verdict is left, and after the end.
 */
to_move: Debater | null, 
/**
 * The whole image: for the debaters.
 */
image: Image | null, 
/**
 * A debater's own role.
 */
role: Role | null, 
/**
 * What was hidden: after the outcome, for everybody.
 */
truth: Truth | null, 
/**
 * The judge's answer, if that is how the debate ended.
 */
verdict: Verdict | null, 
/**
 * Who won and why, once the debate has ended.
 */
outcome: Outcome | null, };

/**
 * The [`Rules`] as far as a seat may know them.
 */
export type ViewRules = { 
/**
 * How many pixels both debaters together reveal.
 */
pixels: number, 
/**
 * Whether the liar's label is fixed.
 */
precommit: boolean, 
/**
 * The role of the first debater, where the seat may know it.
 */
first: Role | null, 
/**
 * In what order the debaters reveal.
 */
order: TurnOrder, 
/**
 * Which pixels may be revealed.
 */
legal: LegalPixels, };
