// Generated from the crates `protocol` and `game`: PIXEL_DEBATE_WRITE=1 cargo test -p pixel-debate-protocol

export const VERSION = 4;

export const PATH = "/socket";

export const API = "/api";

/**
 * A request with an id is done.
 */
export type Accepted = { 
/**
 * The request's own id.
 */
id: number | null, 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * The number of the event that a move has become.
 */
seq: number | null, 
/**
 * How long the server has waited for the move since it told the turn, in milliseconds.
 */
took_ms: number | null, 
/**
 * How much of it was the way to the client and back, by the server's latest ping, in
 * milliseconds; `null` before the first has been answered.
 */
latency_ms: number | null, };

/**
 * A share of verdicts, and how sure it is.
 */
export type Accuracy = { 
/**
 * The share, 0 to 1.
 */
rate: number, 
/**
 * The lower end of its interval.
 */
low: number, 
/**
 * The upper end.
 */
high: number, };

/**
 * The answer to `GET /api/debates/{id}/analysis`: what the classifier makes of a position of a
 * debate that is over, and what each legal reveal would do to that.
 */
export type Analysis = { 
/**
 * How many pixels are revealed in the position.
 */
revealed: number, 
/**
 * The classifier's margin: the true label's logit less that of the lie or, without precommit,
 * less the highest of the others. Above 0 it would judge for the honest debater.
 */
margin: number, 
/**
 * Who reveals next; `null` when all pixels are revealed.
 */
by: Role | null, 
/**
 * Each legal reveal, in reading order.
 */
prospects: Array<Prospect>, 
/**
 * The best reveal that could be found in a few seconds; `null` where there is none to make, or
 * nobody to look.
 */
best: Best | null, };

/**
 * What is asked of an item now.
 */
export type Asked = { "what": "next", } | { "what": "belief", } | { "what": "verdict", 
/**
 * Whether `confidence` is asked, and must be given.
 */
confidence: boolean, 
/**
 * Whether `explanation` may be given.
 */
explanation: boolean, 
/**
 * Whether it must be.
 */
explained: boolean, 
/**
 * Whether a verdict against the last belief must be explained; otherwise it is refused.
 */
reason: boolean, } | { "what": "wait", };

/**
 * Who is in a class, for its presenter.
 */
export type Attendance = { 
/**
 * All members who were not sent away, in the order in which they joined.
 */
members: Array<Present>, 
/**
 * How many of them have voted after the latest reveal. Who has is not told: whoever knew it as it happens could
 * put names to the votes of the record by their times.
 */
voted: number, 
/**
 * How many were asked: those who are connected or have voted, but for the debaters.
 */
asked: number, 
/**
 * Whether the door is open: whether somebody new may join.
 */
open: boolean, };

/**
 * What stands behind a debate and is told with its outcome, for each of it may tell who is honest.
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
 * The best reveal that was found.
 */
export type Best = { 
/**
 * Which pixel.
 */
pixel: Pixel, 
/**
 * Who wins from the position if both play as well as can be, where that is proven.
 */
winner: Role | null, };

/**
 * The bounds within which the server deals with a client, and with a debate that waits.
 */
export type Bounds = { 
/**
 * The largest message that the server reads, in bytes.
 */
message_bytes: number, 
/**
 * The messages a second that the server reads of a connection in the long run.
 */
messages_a_second: number, 
/**
 * How many messages at once it reads of a connection that was quiet.
 */
messages_at_once: number, 
/**
 * The debates that a connection may follow at once.
 */
seats: number, 
/**
 * How often the server sends a websocket ping, in milliseconds.
 */
ping_ms: number, 
/**
 * How long a client may be silent, pongs included, before it is cut off, in milliseconds.
 */
silence_ms: number, 
/**
 * How long all outside seats together may take to be taken, unless the setup says, in
 * milliseconds.
 */
seats_ms: number, 
/**
 * How long an outside judge may take for its verdict, in milliseconds.
 */
verdict_ms: number, 
/**
 * The grace for a debater whose connection is lost in its turn, in milliseconds: its time does
 * not run out before so long after the loss. It is given once a turn; the clock goes on.
 */
grace_ms: number, 
/**
 * How long the server keeps a debate that has ended at hand, in milliseconds.
 */
memory_ms: number, };

/**
 * How often a judge was right where it was about so sure.
 */
export type Calibration = { 
/**
 * How probable it held the claim that it held more probable, 0.5 to 1: the mean.
 */
sure: number, 
/**
 * In how many judgments.
 */
of: number, 
/**
 * The share of them in which that claim was the truth.
 */
right: Accuracy, };

/**
 * How full the cells of a tier in a condition are.
 */
export type CellCount = { 
/**
 * The condition.
 */
condition: string, 
/**
 * The tier, if there are any.
 */
tier: string | null, 
/**
 * How many judgments there are.
 */
judged: number, 
/**
 * How many there will be.
 */
planned: number, 
/**
 * The fewest in one of its cells.
 */
least: number, 
/**
 * The most in one of its cells.
 */
most: number, };

/**
 * A class's name on the wire, short enough to be copied from a wall: six letters and digits of those that are not
 * taken for each other.
 *
 * ```
 * use pixel_debate_protocol::ClassCode;
 *
 * let code: ClassCode = "k7wm3x".parse()?;
 * assert_eq!(code.as_str(), "K7WM3X");
 * assert!("K0WM3X".parse::<ClassCode>().is_err(), "an O, or a zero?");
 * # Ok::<(), pixel_debate_protocol::ClassCodeError>(())
 * ```
 */
export type ClassCode = string;

/**
 * The debate that a class has.
 */
export type ClassDebate = { 
/**
 * Which number it has among the class's debates, from 1.
 */
number: number, 
/**
 * Its name: the client [takes](crate::ClientMessage::Take) its seat there by its token of the class, and the
 * presenter [watches](crate::ClientMessage::Watch).
 */
debate: DebateId, 
/**
 * The client's seat in it.
 */
seat: Seat, 
/**
 * Whether it is over and its votes are counted.
 */
over: boolean, };

/**
 * A class as one client may know it: told when the client attends it, and when something of it has changed.
 */
export type ClassTold = { 
/**
 * The id of the request that this answers, if it does and it had one.
 */
id?: number, 
/**
 * Which class.
 */
class: ClassCode, 
/**
 * The debate that it has; `null` before the first, and after one that was cancelled.
 */
debate: ClassDebate | null, 
/**
 * The votes after the latest reveal, while they are shown.
 */
histogram: Histogram | null, 
/**
 * The members who have a name by their points, while that is shown.
 */
ranking: Array<Ranked> | null, 
/**
 * For a member: how it stands.
 */
member: Member | null, 
/**
 * For the presenter: who is there.
 */
presenter: Attendance | null, };

/**
 * How long an outside debater may take for its reveals: a time for each, and a bank for what goes
 * beyond. Running out of both is a forfeit.
 */
export type Clock = { 
/**
 * The time for each reveal, in milliseconds: at least 1.
 */
move_ms: number, 
/**
 * What a debater may take beyond it over the whole debate, in milliseconds.
 */
bank_ms: number, };

/**
 * Why the server says no more of a debate.
 */
export type CloseReason = "over" | "absent" | "no_verdict" | "seat_taken" | "sent_away" | "ended" | "cancelled" | "restarting" | "fault";

/**
 * How many were right in a condition.
 */
export type ConditionRate = { 
/**
 * The condition.
 */
condition: string, 
/**
 * How many counted judgments there are of those who have finished.
 */
judged: number, 
/**
 * How many of them were right.
 */
right: number, };

/**
 * A new debate's name and the keys to its seats.
 */
export type Created = { 
/**
 * The request's own id, if it had one.
 */
id?: number, 
/**
 * The debate's name.
 */
debate: DebateId, 
/**
 * The keys, which are told here and never again.
 */
tokens: Tokens, };

/**
 * What a debate was over.
 */
export type DebateData = { 
/**
 * SHA-256 of all pixels followed by all labels of the data set, in hexadecimal; `null` where that was not kept.
 */
hash: string | null, 
/**
 * What its labels are called, in their order.
 */
classes: Array<string>, 
/**
 * SHA-256 of the file of the classifier that the server had for debates of so many pixels, in hexadecimal;
 * `null` for one that comes with the program, and where there was none.
 */
classifier: string | null, };

/**
 * A debate's name on the wire. It says nothing about the debate.
 */
export type DebateId = string;

/**
 * The answer to `GET /api/debates`: debates that go on or have an outcome, the newest first.
 */
export type DebateList = { 
/**
 * The public ones; with the administrator's token all.
 */
debates: Array<Summary>, 
/**
 * What `before` has to be for the list that goes on after this one; `null` at the end.
 */
next: bigint | null, 
/**
 * How many debates are left out since what the store has of them is damaged.
 */
damaged: number, };

/**
 * The answer to `GET /api/debates/{id}/transcript`: all that is kept of a debate with an outcome.
 */
export type DebateRecord = { 
/**
 * Its name.
 */
debate: DebateId, 
/**
 * When it was set up, in milliseconds since 1970.
 */
created_ms: number, 
/**
 * How long an outside debater might take.
 */
clock: Clock, 
/**
 * Who might watch.
 */
visibility: Visibility, 
/**
 * What spectators saw before the outcome.
 */
spectators_see: Sight, 
/**
 * Whether an outside judge might be told by others what it was not told.
 */
judge_may_be_influenced: boolean, 
/**
 * What each outside judge said, in the order of their seats: left out where none has said anything.
 */
judgments?: Array<JudgmentRecord>, 
/**
 * What each member of an audience said who said something, and who decided nothing: in the order of what was
 * said, which tells nothing of who it was. Left out where nobody did.
 */
audience?: Array<JudgmentRecord>, 
/**
 * When each event of the transcript happened, in the same order.
 */
times: Array<EventTime>, 
/**
 * The recorded debate that was judged again, if it was one.
 */
recorded?: DebateId, 
/**
 * Which data it was over, and what its labels are called: left out by servers of before this was kept.
 */
data?: DebateData, 
/**
 * The debate itself: enough to replay and to check it.
 */
transcript: object, };

/**
 * A debater's place at the table: the one that makes the first reveal, or the other.
 *
 * The judge knows the debaters by place only; which [`Role`] sits where is the secret.
 */
export type Debater = "first" | "second";

/**
 * How a debater has done.
 */
export type DebaterScore = { 
/**
 * Its name: an agent's, as `mcts:1000`, or `outside:NAME`. All who played outside without a
 * name are one.
 */
player: string, 
/**
 * As the honest debater.
 */
honest: Wins, 
/**
 * As the liar.
 */
liar: Wins, };

/**
 * No more is said of a class that the client attended.
 */
export type Dismissed = { 
/**
 * Which class.
 */
class: ClassCode, 
/**
 * Why: [`Ended`](CloseReason::Ended) by the presenter, [`Over`](CloseReason::Over) since nobody had anything to say
 * in it for long, [`SeatTaken`](CloseReason::SeatTaken) by another connection with the same token,
 * [`SentAway`](CloseReason::SentAway) by the presenter, for this member alone, or [`Fault`](CloseReason::Fault).
 */
reason: CloseReason, };

/**
 * What is told with the event that ends a debate.
 */
export type Ending = { 
/**
 * Who won and why.
 */
outcome: Outcome, 
/**
 * The label, the roles and the image.
 */
truth: Truth, 
/**
 * Where the image comes from, and who played.
 */
background: Background, };

/**
 * Something that has happened in a debate, with all that is needed to do it again.
 *
 * Serialises as an object with a `"type"`: `{"type": "reveal", "by": "first", "pixel": [12, 7],
 * "value": 253}`.
 */
export type Event = { "type": "reveal", 
/**
 * Who revealed it.
 */
by: Debater, 
/**
 * Where it is.
 */
pixel: Pixel, 
/**
 * Its value in the image.
 */
value: number, } | { "type": "resigned", 
/**
 * Who gave up.
 */
by: Debater, } | { "type": "forfeited", 
/**
 * Who forfeited.
 */
by: Debater, 
/**
 * What for.
 */
reason: ForfeitReason, } | { "type": "verdict", 
/**
 * The answer.
 */
verdict: Verdict, 
/**
 * What it led to.
 */
outcome: Outcome, };

/**
 * When an event happened, and how.
 */
export type EventTime = { 
/**
 * When, in milliseconds since 1970.
 */
at_ms: number, 
/**
 * How long it took from the beginning of the turn, in milliseconds.
 */
took_ms: number, 
/**
 * Whether a built-in player's search was stopped for lack of time, so that it played the best it
 * knew till then.
 */
cut_short: boolean, };

/**
 * `POST /api/study/export`, with the researcher's token: hands out what has come of the study so far, as it is at one
 * moment, for `pixel-debate study export`, `report` and `payments`. Before the study has ended this is a look at it: it is
 * noted for ever before anything is handed out, and is in every export.
 */
export type Export = { "type": "results", 
/**
 * Whether with the parameters of participants' links, and their codes. They are in it in any case where the
 * study does not call them by pseudonyms.
 */
identify: boolean, } | { "type": "payments", };

/**
 * What was judged, and what was right.
 */
export type Feedback = { 
/**
 * The items: one after an item, and all counted ones after the last.
 */
items: Array<ToldItem>, };

/**
 * Why a debater forfeits.
 */
export type ForfeitReason = "time" | "illegal_move" | "absent";

/**
 * An answer to a question.
 */
export type Given = number | string;

/**
 * A pixel that is shown.
 */
export type Glance = { 
/**
 * Its column, from 0.
 */
x: number, 
/**
 * Its row, from 0.
 */
y: number, 
/**
 * Its value, 0 black to 255 white.
 */
value: number, 
/**
 * For which of the item's answers whoever shows it argues: the label, if somebody does.
 */
for: number | null, };

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
offer: Offer, 
/**
 * How much and how long.
 */
bounds: Bounds, };

/**
 * How many of the class believe what.
 */
export type Histogram = { 
/**
 * After how many reveals.
 */
after: number, 
/**
 * How many hold the first debater's claim about 0, 10, 20, …, 100 % probable: [`Histogram::BINS`] numbers.
 */
bins: Array<number>, };

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
 * An item, and how often it was judged.
 */
export type ItemCount = { 
/**
 * Its number in the study, from 0.
 */
item: number, 
/**
 * What it is for.
 */
part: ItemPart, 
/**
 * Its condition.
 */
condition: string, 
/**
 * Its tier, if there are any.
 */
tier: string | null, 
/**
 * The image's number in the data set.
 */
image: number, 
/**
 * How many judgments of it have ended, of those who have finished.
 */
judged: number, 
/**
 * Whether it was withdrawn.
 */
withdrawn: boolean, };

/**
 * What an item is for.
 */
export type ItemPart = "practice" | "main" | "check";

/**
 * An item as far as it is shown. Nothing in it depends on what is not shown.
 */
export type ItemScreen = { 
/**
 * Its number among the participant's, from 1.
 */
number: number, 
/**
 * Whether it is for practice.
 */
practice: boolean, 
/**
 * What is said of its condition.
 */
text: string, 
/**
 * Pixels in a row.
 */
width: number, 
/**
 * Rows.
 */
height: number, 
/**
 * The answers that there are, in the order in which they are shown: labels and their names.
 */
answers: Array<[number, string]>, 
/**
 * What is shown so far, in order.
 */
shown: Array<Glance>, 
/**
 * What is shown of the image beside that, all at once with the last pixel: of an attention check, otherwise nothing.
 */
more: Array<Glance>, 
/**
 * How many pixels there will be in `shown`.
 */
pixels: number, 
/**
 * The beliefs that were given: after how many pixels, and how probable the first of `answers` was.
 */
beliefs: Array<[number, number]>, 
/**
 * What is asked now.
 */
asks: Asked, 
/**
 * In how many milliseconds [`Answer::Next`](super::Answer::Next) is taken: 0 where it is now.
 */
next_ms: number, 
/**
 * How many milliseconds are left for the item, if there is a limit; the time runs from its first pixel.
 */
left_ms: number | null, 
/**
 * How many milliseconds before the end there is a warning, if there is one.
 */
warning_ms: number | null, };

/**
 * Joins a class. The same again, after a loss of the connection before the answer, is answered the same and changes
 * nothing.
 */
export type Join = { 
/**
 * Which class.
 */
class: ClassCode, 
/**
 * How the member is called in the ranking: 1 to [`Join::NAME_LENGTH`] characters that can be seen, as in the
 * names of outside [players](Player). Where another has the name a number is added. `null` for nobody in
 * particular, whose place in the ranking only the member itself is told.
 */
name: string | null, 
/**
 * The key to the member's place, of the client's own making: as every [`Token`] 43 letters, digits, `-` and `_`,
 * which stand for 256 random bits.
 */
token: Token, };

/**
 * The key to a judge's record: 43 letters, digits, `-` and `_`, which stand for 256 random bits. Whoever judges makes
 * it, once, and says it whenever a judge's seat is taken; the server keeps a hash of it alone. Whoever has it may read
 * the record.
 *
 * ```
 * use pixel_debate_protocol::JudgeKey;
 *
 * let key = JudgeKey::new("A".repeat(43)).expect("43 letters");
 * assert_eq!(format!("{key:?}"), "JudgeKey(..)");
 * assert_eq!(JudgeKey::new("A".repeat(44)), None);
 * assert_eq!(JudgeKey::new("\u{fc}".repeat(43)), None);
 * ```
 */
export type JudgeKey = string;

/**
 * The answer to `GET /api/judge`: what a judge has made of debates that have an outcome, the newest first. Nothing is
 * in it of debates that go on, or that ended without one.
 */
export type JudgeRecord = { 
/**
 * The judgments: at most [`JudgeRecord::MOST`], and possibly fewer than were asked for where there are more.
 */
judgments: Array<Judged>, 
/**
 * What `before` has to be for the part that goes on after this one; `null` at the end.
 */
next: number | null, 
/**
 * How many judgments are left out of this part since what the store has of them is damaged.
 */
damaged: number, 
/**
 * How good the latest of them are together; `null` in all parts but the first.
 */
totals: JudgeTotals | null, };

/**
 * How a judge has done.
 */
export type JudgeScore = { 
/**
 * Its name: `classifier:PIXELS`, or `outside:NAME`. All who judged outside without a name are
 * one.
 */
judge: string, 
/**
 * How many of its verdicts were for the truth.
 */
right: number, 
/**
 * Of how many verdicts.
 */
of: number, 
/**
 * For how many of them, with precommit, it is known how probable the judge held the truth.
 */
scored: number, 
/**
 * The mean log score of those: the logarithm to base 2 of twice that probability, where less
 * than one in a million counts as that. `null` where there is none.
 */
score: number | null, };

/**
 * How good a judge's verdicts and probabilities are, over the latest [`JudgeTotals::MOST`] judgments.
 */
export type JudgeTotals = { 
/**
 * How many judgments these are, of debates with an outcome.
 */
judgments: number, 
/**
 * Whether there are older ones that are not counted here.
 */
more: boolean, 
/**
 * In how many of them there is a verdict.
 */
verdicts: number, 
/**
 * How many of the verdicts were for the truth.
 */
right: number, 
/**
 * The share of these, with the ends of its 95 % interval after Wilson; `null` without verdicts.
 */
accuracy: Accuracy | null, 
/**
 * In how many, with precommit, it is known how probable the judge held the truth.
 */
scored: number, 
/**
 * The mean Brier score of those, 0 to 2: the sum over both claims of the squared difference between probability
 * and truth. 0.5 is guessing, and less is better. `null` where there is none.
 */
brier: number | null, 
/**
 * The mean log score of those, as in [`JudgeScore`](crate::JudgeScore): 0 is guessing, 1 the most, and more is
 * better. `null` where there is none.
 */
score: number | null, 
/**
 * How often, of those, the claim that the judge held more probable was the truth, by how probable it held it: in bins
 * from 0.5 to 1, a tenth wide; those in which there is none are left out.
 */
calibration: Array<Calibration>, };

/**
 * What one judge has made of one debate.
 */
export type Judged = { 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * Whether that was a recorded debate, judged again.
 */
recorded: boolean, 
/**
 * Who might watch it, and who may read what is kept of it.
 */
visibility: Visibility, 
/**
 * Where its image comes from.
 */
source: ImageSource, 
/**
 * What the labels of claims and verdict are called.
 */
names: Record<number, string>, 
/**
 * How many pixels the debaters might reveal together.
 */
pixels: number, 
/**
 * Between how many labels the judge decided: 2 with precommit, else all.
 */
among: number, 
/**
 * What was claimed; the honest debater's claim is the truth.
 */
claims: { honest: number, liar: number | null }, 
/**
 * Who sat first, of whose claim the beliefs are.
 */
first: Role, 
/**
 * How the debate ended.
 */
outcome: Outcome, 
/**
 * What the judge believed: before the first reveal, after it, and so on; `null` where it has not said it.
 */
beliefs: Array<number | null>, 
/**
 * The judge's own verdict; `null` where it gave up, or where the debate ended before it.
 */
verdict: Verdict | null, 
/**
 * Whether that was for the truth; `null` where there is none.
 */
right: boolean | null, 
/**
 * How probable the judge held the truth, if that is known: by how sure it was of its verdict.
 */
given: number | null, 
/**
 * When the debate was set up, in milliseconds since 1970.
 */
created_ms: number, 
/**
 * When the judgment ended, in milliseconds since 1970.
 */
ended_ms: number, 
/**
 * How long the judge took, from the first reveal on or, if it was earlier, from the first that the judge said, in
 * milliseconds; `null` where neither was.
 */
took_ms: number | null, };

/**
 * Something that a judge says.
 */
export type JudgmentEvent = { "type": "belief", 
/**
 * After how many reveals: 0 before the first.
 */
after: number, 
/**
 * From 0 to 1.
 */
probability: number, } | { "type": "verdict", 
/**
 * The answer.
 */
verdict: Verdict, } | { "type": "gave_up" } | { "type": "unanswered" };

/**
 * What one judge has said of a debate.
 */
export type JudgmentRecord = { 
/**
 * All of it, in order.
 */
events: Array<TimedJudgment>, };

/**
 * Which pixels may be revealed.
 */
export type LegalPixels = "nonzero" | "any";

/**
 * How a member stands, for the member alone.
 */
export type Member = { 
/**
 * The name that the member has got.
 */
name: string | null, 
/**
 * Whether it is willing to debate.
 */
willing: boolean, 
/**
 * All points so far.
 */
points: number, 
/**
 * Those of the latest debate that is over; `null` before there is one in which the member had a part.
 */
latest: number | null, 
/**
 * Its place among all members; `null` before a debate is over.
 */
place: number | null, };

/**
 * What a [`Setup`](crate::Setup) may ask for.
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
 * The numbers of pixels for which there is a classifier, and with it built-in debaters and a
 * built-in judge.
 */
pixels: Array<number>, 
/**
 * The most rollouts a move of a built-in tree search.
 */
max_rollouts: number, 
/**
 * The longest pace, in milliseconds.
 */
max_pace_ms: number, 
/**
 * The longest time for a move, in milliseconds.
 */
max_move_ms: number, 
/**
 * The longest bank, in milliseconds.
 */
max_bank_ms: number, 
/**
 * The longest time for the outside seats to be taken, in milliseconds.
 */
max_seats_ms: number, };

/**
 * A new class and the key to it.
 */
export type Opened = { 
/**
 * The request's own id, if it had one.
 */
id?: number, 
/**
 * Its name, which whoever is to join it needs.
 */
class: ClassCode, 
/**
 * The presenter's key, which is told here and never again. In the class's debates it is that of whoever set
 * them up, and the spectators'.
 */
token: Token, };

/**
 * `POST /api/study/orders`, with the researcher's token: changes how the study goes on. All are kept for ever, with their
 * times; what departs from the plan has a reason, of 1 to 1000 characters.
 */
export type Order = { "type": "pause", } | { "type": "resume", } | { "type": "close", 
/**
 * Why, if places are left.
 */
reason: string | null, } | { "type": "peek", } | { "type": "withdraw", 
/**
 * The item's number in the plan, from 0.
 */
item: number, 
/**
 * Why.
 */
reason: string, } | { "type": "exclude", 
/**
 * The participant's name.
 */
participant: string, 
/**
 * Why.
 */
reason: string, } | { "type": "erase", 
/**
 * The participant's name.
 */
participant: string, 
/**
 * Why.
 */
reason: string, };

/**
 * The answer to `GET /api/debates/{id}/judges`: how others judged the same question, in other
 * debates over the same image, with the same claims and number of pixels.
 */
export type OtherJudges = { 
/**
 * In how many public debates, the latest ones: at most [`OtherJudges::MOST`].
 */
debates: number, 
/**
 * The judges of these, those with the most verdicts first.
 */
judges: Array<JudgeScore>, };

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
 * Several judges who decide together: each sees the evidence, and says what it believes, by itself. The debate
 * ends when all of them have answered or given up.
 */
export type Panel = { 
/**
 * How many: 2 to [`Panel::MOST`].
 */
judges: number, 
/**
 * How they decide.
 */
decides: PanelRule, };

/**
 * How a panel of judges decides.
 */
export type PanelRule = "majority" | "mean";

/**
 * Before the items or after them.
 */
export type Part = "before" | "after";

/**
 * An amount of money.
 */
export type Payment = { 
/**
 * In hundredths.
 */
hundredths: number, 
/**
 * Of which currency: three capital letters.
 */
currency: string, };

/**
 * How many were right so far.
 */
export type Peeked = { 
/**
 * By condition.
 */
conditions: Array<ConditionRate>, };

/**
 * How far a debate has come.
 */
export type Phase = "waiting" | "revealing" | "judging" | "over";

/**
 * A pixel's place: column `x` and row `y`, counted from 0 at the top left.
 *
 * Serialises as `[x, y]`. Pixels are ordered as they are read: by row, then by column.
 */
export type Pixel = [number, number];

/**
 * What has become of a participant, or of a place.
 */
export type Place = "free" | "active" | "finished" | "dropped_out" | "screened_out" | "excluded";

/**
 * Who has a seat, as text: `outside`, `outside:NAME`, or the name of what the server seats there
 * itself.
 */
export type Player = string;

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
 * A member as the presenter sees it.
 */
export type Present = { 
/**
 * The member's number, by which it is [sent away](crate::ClientMessage::Expel).
 */
member: number, 
/**
 * Its name, if it has one.
 */
name: string | null, 
/**
 * Whether it is connected.
 */
here: boolean, 
/**
 * Whether it debates, and so is not asked to vote.
 */
debates: boolean, 
/**
 * Whether it is willing to debate.
 */
willing: boolean, };

/**
 * How far a participant has come.
 */
export type Progress = { 
/**
 * How many items are done.
 */
done: number, 
/**
 * Of how many.
 */
of: number, };

/**
 * What a legal reveal would do.
 */
export type Prospect = { 
/**
 * Which pixel.
 */
pixel: Pixel, 
/**
 * The margin after it.
 */
margin: number, };

/**
 * A question.
 */
export type Question = { 
/**
 * Its name.
 */
name: string, 
/**
 * What it says.
 */
text: string, 
/**
 * Whether it must be answered.
 */
required: boolean, 
/**
 * How.
 */
form: QuestionForm, };

/**
 * How a question is answered.
 */
export type QuestionForm = { "kind": "choice", 
/**
 * The options in their order: name and words.
 */
options: Array<[string, string]>, } | { "kind": "scale", 
/**
 * The least.
 */
from: number, 
/**
 * The greatest.
 */
to: number, 
/**
 * What the least means.
 */
low: string | null, 
/**
 * What the greatest means.
 */
high: string | null, } | { "kind": "text", 
/**
 * How many characters at most.
 */
longest: number, };

/**
 * Questions, all shown at once.
 */
export type Questions = { 
/**
 * When they are asked.
 */
part: Part, 
/**
 * They.
 */
questions: Array<Question>, };

/**
 * A place in the ranking.
 */
export type Ranked = { 
/**
 * From 1; who has as many points has the same. Those without a name are counted and not listed.
 */
place: number, 
/**
 * Whose.
 */
name: string, 
/**
 * All points so far.
 */
points: number, };

/**
 * A debate that is over and is judged again, reveal by reveal, as if it went on: before judges from outside, who
 * see and are told what its own judge was. What it was about, its rules and its debaters are the recorded debate's,
 * and no setup says anything else of them.
 */
export type Recorded = { 
/**
 * Which debate: one that has an outcome, and in which all pixels were revealed.
 */
debate: DebateId, 
/**
 * A token of it, where not everybody may read its record.
 */
token: Token | null, 
/**
 * When its reveals are shown.
 */
shows: Shows, };

/**
 * Why a request was not carried out. Nothing has changed.
 *
 * On the websocket it is the message `"error"`; over HTTP it is the body of every answer that is
 * no success.
 */
export type Refusal = { 
/**
 * The request's own [`id`](crate::Request::id), if it had one.
 */
id?: number, 
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
debate: DebateId | null, 
/**
 * In how many seconds another try can succeed, where that is known: then it makes no sense
 * before.
 */
retry_s?: number, };

/**
 * The kinds of fault. A code keeps its meaning from version to version.
 */
export type RefusalCode = "malformed" | "binary" | "too_large" | "too_fast" | "setup" | "busy" | "too_many_seats" | "unknown_debate" | "unknown_class" | "turned_away" | "wrong_token" | "not_seated" | "not_begun" | "stale" | "illegal" | "against_belief" | "no_outcome" | "store_unavailable" | "other_data" | "damaged" | "not_found" | "method" | "upgrade" | "head_too_large" | "unavailable";

/**
 * `POST /api/study/me`: what a participant says to a screen: an object with the step, the answer's type, and its fields.
 */
export type Reply = { 
/**
 * The step of the [`Sheet`](super::Sheet) that is answered.
 */
step: number, } & ({ "type": "agree", 
/**
 * The version of the words that were shown.
 */
version: string, } | { "type": "decline", } | { "type": "questions", 
/**
 * The answers.
 */
answers: { [key in string]: Given }, } | { "type": "continue", } | { "type": "next", } | { "type": "belief", 
/**
 * One of the item's two answers.
 */
label: number, 
/**
 * How probable it is, 0 to 1.
 */
probability: number, } | { "type": "verdict", 
/**
 * One of the item's answers.
 */
label: number, 
/**
 * How sure the participant is that it is right, 0 to 1, if that is asked.
 */
confidence: number | null, 
/**
 * Why, if that is asked, or where the verdict is against the last belief.
 */
explanation: string | null, } | { "type": "give_up", } | { "type": "leave", });

/**
 * A message from a client to the server, as it stands in a frame: written by its `Serialize`, read
 * by [`Request::parse`].
 */
export type Request = { 
/**
 * A number of the client's choice. With it the request is answered by exactly one message that
 * has the same id: [`created`](crate::ServerMessage::Created),
 * [`snapshot`](crate::ServerMessage::Snapshot), [`resumed`](crate::ServerMessage::Resumed),
 * [`accepted`](crate::ServerMessage::Accepted), [`opened`](crate::ServerMessage::Opened),
 * [`class`](crate::ServerMessage::Class) or [`error`](crate::ServerMessage::Error).
 */
id?: number, } & ({ "type": "create" } & Setup | { "type": "watch", 
/**
 * Which debate; `null` for the one that the server shows to visitors, which it sets up if
 * none is under way.
 */
debate: DebateId | null, 
/**
 * The spectators' key, where the debate is private.
 */
token: Token | null, 
/**
 * Whether to be told the classifier's [`opinion`](crate::ServerMessage::Opinion) of the
 * evidence as well.
 */
opinions: boolean, } | { "type": "take", 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * The key to the seat.
 */
token: Token, 
/**
 * Whether to be told the classifier's opinions: an outside judge is told them with the
 * outcome.
 */
opinions: boolean, 
/**
 * With a judge's token: the key to the record that the judgment is to be on. Only a judgment in which
 * nothing has been said yet gets onto one, and it stays on that; the answer says whether it is there, and
 * comes when the store has it.
 */
judge_key?: JudgeKey, } | { "type": "resume", 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * The key to the seat; a spectator needs one only where the debate is private.
 */
token: Token | null, 
/**
 * The number of the last event that the client knows; 0 if it knows none.
 */
seq: number, 
/**
 * As in [`take`](Self::Take): those of the events after `seq`, and of later ones.
 */
opinions: boolean, } | { "type": "reveal", 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * The number that the reveal's event is to have: [`Turn::seq`](crate::Turn::seq). What is
 * sent a second time, after a loss of the connection, so does nothing.
 */
seq: number, 
/**
 * Which pixel.
 */
pixel: Pixel, } | { "type": "belief", 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * After how many reveals: 0 before the first.
 */
after: number, 
/**
 * How probable the first debater's claim is to the judge, from 0 to 1.
 */
probability: number, } | { "type": "verdict", 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * The label that the judge believes: with precommit one of the claims.
 */
label: number | null, 
/**
 * How sure the judge is of the label, from 0 to 1, if it says.
 */
probability: number | null, 
/**
 * Why the judge believes the label, if it says: at most
 * [`Verdict::MAX_EXPLANATION`](pixel_debate_game::Verdict::MAX_EXPLANATION) characters,
 * told to everybody with the verdict.
 */
explanation: string | null, 
/**
 * One finite logit a class, in the order of the labels, instead of a label: the rules say
 * who wins by them.
 */
logits: Array<number> | null, } | { "type": "next", 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * The number that the reveal's event is to have: [`Turn::seq`](crate::Turn::seq).
 */
seq: number, 
/**
 * The creator's key; without one as the judge.
 */
token: Token | null, } | { "type": "resign", 
/**
 * Which debate.
 */
debate: DebateId, } | { "type": "cancel", 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * The creator's key, which came with [`created`](crate::ServerMessage::Created).
 */
token: Token, } | { "type": "leave", 
/**
 * Which debate.
 */
debate: DebateId, } | { "type": "open", } | { "type": "join" } & Join | { "type": "attend", 
/**
 * Which class.
 */
class: ClassCode, 
/**
 * The presenter's key, or the member's.
 */
token: Token, } | { "type": "willing", 
/**
 * Which class.
 */
class: ClassCode, 
/**
 * The member's key.
 */
token: Token, 
/**
 * Whether it would.
 */
willing: boolean, } | { "type": "round" } & Round | { "type": "show" } & Show | { "type": "door", 
/**
 * Which class.
 */
class: ClassCode, 
/**
 * The presenter's key.
 */
token: Token, 
/**
 * Whether it is open.
 */
open: boolean, } | { "type": "expel", 
/**
 * Which class.
 */
class: ClassCode, 
/**
 * The presenter's key.
 */
token: Token, 
/**
 * Whom: by [`Present::member`](crate::Present::member).
 */
member: number, } | { "type": "dismiss", 
/**
 * Which class.
 */
class: ClassCode, 
/**
 * The presenter's key.
 */
token: Token, });

/**
 * The answer to a [`resume`](crate::ClientMessage::Resume) that the server can carry out.
 */
export type Resumed = { 
/**
 * The request's own id, if it had one.
 */
id?: number, 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * The client's seat.
 */
seat: Seat, 
/**
 * The number of the latest event. Those between the one that the client named and this one
 * follow at once.
 */
seq: number, 
/**
 * Whose turn it is after all of them, with the time that is left now.
 */
turn: Turn | null, 
/**
 * As in a [`Snapshot`].
 */
beliefs: Array<number | null> | null, 
/**
 * As in a [`Snapshot`].
 */
answered?: boolean, };

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
 * Brings on the next debate of a class, as its presenter. It is with precommit, and the classifier judges it at the
 * end; the class votes, and decides nothing. What it leaves out is as in a [`Setup`](crate::Setup).
 */
export type Round = { 
/**
 * Which class.
 */
class: ClassCode, 
/**
 * The presenter's key.
 */
token: Token, 
/**
 * How many pixels the debaters reveal together: one of [`Offer::pixels`](crate::Offer::pixels).
 */
pixels: number, 
/**
 * The image's number in the server's data set, from 0; `null` for any.
 */
image: number | null, 
/**
 * The label that the liar claims; `null` for any wrong one.
 */
lie: number | null, 
/**
 * Who makes the first reveal; `null` for either.
 */
first: Role | null, 
/**
 * The honest debater, an agent of the server. Passed over where two of the class debate.
 */
honest: Player, 
/**
 * The liar, in the same way.
 */
liar: Player, 
/**
 * Two of the class in the agents' place: their names, or none for two drawn of those who are
 * [willing](crate::ClientMessage::Willing); `null` for the agents. Who is honest is drawn.
 */
debaters: Array<string> | null, };

/**
 * One of the things that a participant is shown.
 */
export type Screen = { "type": "consent", 
/**
 * The words.
 */
text: string, 
/**
 * Their version.
 */
version: string, } | { "type": "questions" } & Questions | { "type": "instructions", 
/**
 * The words.
 */
text: string, 
/**
 * What is said of practice, if there is any.
 */
practice: string | null, } | { "type": "item" } & ItemScreen | { "type": "feedback" } & Feedback | { "type": "paused", } | { "type": "stopped" } & Stopped;

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
 * An order as it is sent: an object with the order's type and its fields, and with its id.
 */
export type SentOrder = { 
/**
 * 1 to 64 letters, digits, `-` and `_`, each time others: an order that is sent again with the same id is carried out
 * once. One without an id is another each time.
 */
id?: string, } & ({ "type": "pause", } | { "type": "resume", } | { "type": "close", 
/**
 * Why, if places are left.
 */
reason: string | null, } | { "type": "peek", } | { "type": "withdraw", 
/**
 * The item's number in the plan, from 0.
 */
item: number, 
/**
 * Why.
 */
reason: string, } | { "type": "exclude", 
/**
 * The participant's name.
 */
participant: string, 
/**
 * Why.
 */
reason: string, } | { "type": "erase", 
/**
 * The participant's name.
 */
participant: string, 
/**
 * Why.
 */
reason: string, });

/**
 * A message from the server to a client.
 */
export type ServerMessage = { "type": "hello" } & Hello | { "type": "created" } & Created | { "type": "snapshot" } & Snapshot | { "type": "resumed" } & Resumed | { "type": "turn", 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * Whose turn it is.
 */
turn: Turn, } | { "type": "event" } & Told | { "type": "accepted" } & Accepted | { "type": "opinion", 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * After which event.
 */
seq: number, 
/**
 * The logits, in the order of the labels. They depend on the evidence alone.
 */
logits: Array<number>, } | { "type": "judgments", 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * How many judges there are.
 */
judges: number, 
/**
 * How many of them have answered or given up.
 */
answered: number, 
/**
 * What each of them has said so far that it believed, in the order of their seats; `null` for who may not know
 * it. How probable the first debater's claim was to the judge: before the first reveal, after it, and so on;
 * `null` where the judge has not said it.
 */
beliefs: Array<Array<number | null>> | null, } | { "type": "closed", 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * Why.
 */
reason: CloseReason, } | { "type": "opened" } & Opened | { "type": "class" } & ClassTold | { "type": "dismissed" } & Dismissed | { "type": "error" } & Refusal;

/**
 * The debate that a client wants. What it leaves out is as in [`Setup::default`]. All of it is
 * fixed from then on.
 */
export type Setup = { 
/**
 * The image's number in the server's data set, from 0; `null` for any.
 */
image: number | null, 
/**
 * How many pixels the debaters reveal together. Where anybody is built in, except for a
 * debater named `random`: one of [`Offer::pixels`](crate::Offer::pixels).
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
 * In what order the debaters reveal.
 */
order: TurnOrder, 
/**
 * Which pixels may be revealed: `any` only where nobody is built in, except for a debater
 * named `random`, since the classifiers are trained on the others.
 */
legal: LegalPixels, 
/**
 * The honest debater: `outside`, `outside:NAME`, or an agent of the server. Those are
 * `random`, `greedy`, `exact`, or `mcts:` and the number of rollouts a move, at most
 * [`Offer::max_rollouts`](crate::Offer::max_rollouts).
 */
honest: Player, 
/**
 * The liar, in the same way.
 */
liar: Player, 
/**
 * The judge: `classifier`, `outside` or `outside:NAME`.
 */
judge: Player, 
/**
 * A debate that is over and is to be judged again, in the place of a new one; `null` for a new one.
 */
recorded: Recorded | null, 
/**
 * Several outside judges in the place of one, who decide together; `null` for one.
 */
panel: Panel | null, 
/**
 * How long an outside debater may take.
 */
clock: Clock, 
/**
 * Who may watch, and where the debate is listed.
 */
visibility: Visibility, 
/**
 * What spectators see before the outcome: the image only where the judge is built in or
 * [may be influenced](Self::judge_may_be_influenced).
 */
spectators_see: Sight, 
/**
 * Whether others may be told more than an outside judge before its verdict: the classifier's
 * opinions, the judge's beliefs, the image. They could tell the judge. Everybody is told
 * whether it was so.
 */
judge_may_be_influenced: boolean, 
/**
 * The least time from one event to the next that the server itself brings about, in
 * milliseconds, for those who watch: at most [`Offer::max_pace_ms`](crate::Offer::max_pace_ms).
 * The server's agents reveal when it has passed, or their allotment where that is longer: how long
 * they think is not seen.
 */
pace_ms: number, 
/**
 * How long all outside seats together may take to be taken, in milliseconds: at least 1 and at
 * most [`Offer::max_seats_ms`](crate::Offer::max_seats_ms); `null` for
 * [`Bounds::seats_ms`](crate::Bounds::seats_ms).
 */
seats_ms: number | null, };

/**
 * What a participant is shown, and where that is.
 */
export type Sheet = { 
/**
 * The frozen plan's hash.
 */
hash: string, 
/**
 * The participant's name in the study, which says nothing of them.
 */
participant: string, 
/**
 * The study's title in the participant's language.
 */
title: string, 
/**
 * The language.
 */
language: string, 
/**
 * What a [`Reply`](super::Reply) names: it grows with each.
 */
step: number, 
/**
 * How far they have come.
 */
progress: Progress, 
/**
 * What is shown.
 */
screen: Screen, };

/**
 * What a class shows to all, as its presenter wants it: at first nothing. What is left out goes on as it is.
 */
export type Show = { 
/**
 * Which class.
 */
class: ClassCode, 
/**
 * The presenter's key.
 */
token: Token, 
/**
 * Whether the votes after the latest reveal are shown. With the next reveal they are not any more.
 */
histogram: boolean | null, 
/**
 * Whether the ranking is shown. With the next debate it is not any more.
 */
ranking: boolean | null, };

/**
 * When the reveals of a recorded debate are shown.
 */
export type Shows = "paced" | "recorded" | "asked";

/**
 * What spectators see before the outcome: fixed when a debate is set up.
 */
export type Sight = "evidence" | "image";

/**
 * A debate as a seat may see it after a number of events.
 */
export type Snapshot = { 
/**
 * The request's own id, if it had one.
 */
id?: number, 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * The number of events so far, which is the number of the latest.
 */
seq: number, 
/**
 * The debate from the client's seat.
 */
view: View, 
/**
 * Whose turn it is: none before the debate has begun and after its end.
 */
turn: Turn | null, 
/**
 * With the outcome: what else was kept back.
 */
background: Background | null, 
/**
 * Who may watch.
 */
visibility: Visibility, 
/**
 * Whether an outside judge may be told by others what it is not told:
 * [`Setup::judge_may_be_influenced`](crate::Setup::judge_may_be_influenced).
 */
judge_may_be_influenced: boolean, 
/**
 * What its labels are called, in their order, where that is not what the server calls its own (see
 * [`Offer::classes`](crate::Offer::classes)), since it is over other data; left out otherwise.
 */
labels?: Array<string>, 
/**
 * Where a recorded debate is judged: when its reveals are shown; left out otherwise.
 */
shows?: Shows, 
/**
 * For an outside judge: what it has said so far that it believed, as in
 * [`judgments`](ServerMessage::Judgments); `null` for all others.
 */
beliefs: Array<number | null> | null, 
/**
 * For a judge of a panel: whether it has answered or given up; left out where it has not.
 */
answered?: boolean, 
/**
 * For who has taken a judge's seat with the key to a record: whether the judgment is on that record. It is not
 * where it was begun without a key or with another. Left out otherwise.
 */
on_record?: boolean, };

/**
 * `GET /api/study/standing`, with the researcher's token: how the study stands. Who was right is not in it, unless
 * somebody [peeked](super::Order::Peek).
 */
export type Standing = { 
/**
 * The study's title.
 */
title: string, 
/**
 * The frozen plan's hash.
 */
hash: string, 
/**
 * Whether it goes on.
 */
status: Status, 
/**
 * Whether it is a rehearsal, of which nothing is a result.
 */
rehearsal: boolean, 
/**
 * How many places there are, by what has become of them.
 */
places: Array<[Place, number]>, 
/**
 * The participants in the order in which they came.
 */
members: Array<StudyMember>, 
/**
 * How often each cell of an image in a condition has been judged by those who have finished, by tier and condition.
 */
cells: Array<CellCount>, 
/**
 * All items by their numbers, with how often each was judged by those who count.
 */
items: Array<ItemCount>, 
/**
 * How many attention checks each participant is shown, and how many of them must be right to count.
 */
checks: [number, number], 
/**
 * Items that were withdrawn: number and reason.
 */
withdrawn: Array<[number, string]>, 
/**
 * When somebody looked at the accuracy, or had the results [handed out](super::Export::Results), before the end, in
 * milliseconds since 1970.
 */
peeks: Array<number>, 
/**
 * The id of the order that this answers, if it had one: it has been carried out, now or when it was sent before.
 */
carried_out: string | null, 
/**
 * The accuracy so far, in answer to a [`Peek`](super::Order::Peek) alone.
 */
peeked: Peeked | null, };

/**
 * The answer to `GET /api/standings`: how debaters and judges have done in the public debates of the
 * server that have an outcome. Those that a debater did not come to, or in which a built-in debater's search was
 * stopped before it was done, are not counted, nor are those over other data than the server has.
 */
export type Standings = { 
/**
 * How many debates are counted.
 */
debates: number, 
/**
 * How many are not, since what the store has of them is damaged.
 */
damaged: number, 
/**
 * How many are not, since a built-in debater's search was stopped before it was done: what was revealed
 * then says little of the agent whose name it has.
 */
cut_short: number, 
/**
 * How many are not, since they are over other data than the server has.
 */
other_data: number, 
/**
 * The debaters, those with the most debates first: at most [`Standings::MOST`].
 */
debaters: Array<DebaterScore>, 
/**
 * The judges, those with the most verdicts first: at most [`Standings::MOST`].
 */
judges: Array<JudgeScore>, };

/**
 * How a study stands.
 */
export type Status = "open" | "full" | "paused" | "closed";

/**
 * How a participant's part ended.
 */
export type Stopped = { "why": "finished", 
/**
 * What is said.
 */
text: string, 
/**
 * What they tell those who sent them.
 */
code: string | null, 
/**
 * What their answers have earned.
 */
bonus: Payment | null, } | { "why": "screened_out", 
/**
 * What is said.
 */
text: string | null, 
/**
 * What they tell those who sent them.
 */
code: string | null, } | { "why": "excluded", 
/**
 * What they tell those who sent them.
 */
code: string | null, } | { "why": "left", } | { "why": "too_late", 
/**
 * What they tell those who sent them.
 */
code: string | null, } | { "why": "closed", 
/**
 * What they tell those who sent them.
 */
code: string | null, };

/**
 * `POST /api/study/participants`: somebody comes by the study's link.
 *
 * Whoever comes again with the same parameters is the same participant, with the same token; where the study names none,
 * or they are not there, with the same key. Who comes with the same first parameter and others is refused, since nobody
 * takes part twice.
 */
export type StudyJoin = { 
/**
 * The link's parameters that the study names, [`StudyOffer::parameters`](super::StudyOffer::parameters): each with 1 to
 * 200 characters. Others are refused.
 */
parameters: { [key in string]: string }, 
/**
 * One of those of [`StudyOffer::titles`](super::StudyOffer::titles); the study's own where none is said.
 */
language: string | null, 
/**
 * 16 to 64 letters, digits, `-` and `_` that whoever asks has drawn by chance, and keeps before they ask: whoever did
 * not hear the answer, or asks twice at once, says the same again and is no second participant.
 */
key: string | null, };

/**
 * The answer to [`StudyJoin`](super::StudyJoin).
 */
export type StudyJoined = { 
/**
 * What opens the participant's screens from now on, in the header `Authorization: Bearer TOKEN`. Their link is the
 * study's with `#TOKEN`.
 */
token: string, 
/**
 * The first of them, or where the participant stopped.
 */
sheet: Sheet, };

/**
 * A participant, as the researcher sees them.
 */
export type StudyMember = { 
/**
 * Their name in the study.
 */
participant: string, 
/**
 * What has become of them.
 */
state: Place, 
/**
 * Whether what they said was removed.
 */
erased: boolean, 
/**
 * How many items they have done, of all that they are shown.
 */
done: number, 
/**
 * How many attention checks they have answered, and rightly.
 */
checks: [number, number], 
/**
 * When they joined, in milliseconds since 1970.
 */
joined_ms: number, 
/**
 * When they were last heard of.
 */
heard_ms: number, };

/**
 * `GET /api/study`: what anybody may know of a study.
 */
export type StudyOffer = { 
/**
 * The frozen plan's hash, 64 hexadecimal digits.
 */
hash: string, 
/**
 * Whether somebody can join.
 */
status: Status, 
/**
 * Whether it is a rehearsal, of which nothing is a result.
 */
rehearsal: boolean, 
/**
 * The study's title by language.
 */
titles: { [key in string]: string }, 
/**
 * What is shown to whoever has chosen none.
 */
language: string, 
/**
 * The parameters of the link that are kept.
 */
parameters: Array<string>, 
/**
 * Whether nobody may take part without them.
 */
required: boolean, 
/**
 * What whoever finds no place, or the study ended, tells those who sent them: there where that is so, and where
 * there is such a code.
 */
code: string | null, };

/**
 * A debate in a list: what anybody may know of it.
 */
export type Summary = { 
/**
 * Its name.
 */
debate: DebateId, 
/**
 * How far it has come.
 */
phase: Phase, 
/**
 * The number of events so far.
 */
seq: number, 
/**
 * How many pixels the debaters reveal together.
 */
pixels: number, 
/**
 * Whether the liar's label is fixed.
 */
precommit: boolean, 
/**
 * Who may watch.
 */
visibility: Visibility, 
/**
 * Whether an outside judge may be told by others what it is not told.
 */
judge_may_be_influenced: boolean, 
/**
 * Whether a recorded debate is judged again; left out otherwise.
 */
recorded?: boolean, 
/**
 * When it was set up, in milliseconds since 1970.
 */
created_ms: number, 
/**
 * When it ended; `null` while it goes on, and for debates that ended before this was kept.
 */
ended_ms: number | null, 
/**
 * Who won and why, once the debate has ended.
 */
outcome: Outcome | null, 
/**
 * Who played, once the debate has ended.
 */
players: Players | null, 
/**
 * Where the image comes from, once the debate has ended; `null` also for debates that ended
 * before this was kept.
 */
image: ImageSource | null, };

/**
 * The time that an outside player has left.
 */
export type TimeLeft = { 
/**
 * Of the turn's own time, in milliseconds.
 */
move_ms: number, 
/**
 * Of the bank, in milliseconds, which is used up after the turn's own time.
 */
bank_ms: number, };

/**
 * Something that a judge has said, and when.
 */
export type TimedJudgment = { 
/**
 * What.
 */
event: JudgmentEvent, 
/**
 * When the server read it, in milliseconds since 1970; `null` in debates of before that was kept.
 */
at_ms: number | null, 
/**
 * How long that was after the debate's latest event, in milliseconds; `null` likewise.
 */
took_ms: number | null, };

/**
 * The key to one seat of one debate: 43 letters, digits, `-` and `_`, which stand for 256 random
 * bits. Whoever has it may take the seat.
 */
export type Token = string;

/**
 * The keys to a debate: to each outside player's seat, where the debate is private to the
 * spectators', and the one with which who set it up may end it. They are told once.
 *
 * The debaters' keys are told by role, not by place: who sets up a debate with one debater outside
 * and judges it as well does not learn from the keys who sits where.
 */
export type Tokens = { 
/**
 * The key to the honest debater's seat.
 */
honest: Token | null, 
/**
 * The key to the liar's seat.
 */
liar: Token | null, 
/**
 * The key to the judge's seat, where there is one.
 */
judge: Token | null, 
/**
 * The keys to the judges' seats, where there is a panel.
 */
panel?: Array<Token>, 
/**
 * The key with which to watch a private debate.
 */
spectator: Token | null, 
/**
 * The key with which to [cancel](crate::ClientMessage::Cancel) the debate.
 */
creator: Token, };

/**
 * An event of a debate, the same for everybody but for the clocks.
 */
export type Told = { 
/**
 * Which debate.
 */
debate: DebateId, 
/**
 * Its number: 1 for the first, and one more for each.
 */
seq: number, 
/**
 * What has happened.
 */
event: Event, 
/**
 * Whose reveal is next: `null` when only the verdict is left, and after the end.
 */
to_move: Debater | null, 
/**
 * Whose turn it is now: left out when the debate has ended, and in events that are told again.
 */
turn?: Turn, 
/**
 * With the event that ends the debate: all that was kept back.
 */
ending?: Ending, };

/**
 * What is told of an item that has been judged.
 */
export type ToldItem = { 
/**
 * Its number among the participant's, from 1.
 */
number: number, 
/**
 * The name of what was right.
 */
truth: string, 
/**
 * The name of what the participant decided, if they did.
 */
verdict: string | null, 
/**
 * The probability that they last gave what was right.
 */
belief: number | null, };

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
 * Who is to act, and until when.
 */
export type Turn = { 
/**
 * Whose turn it is: a debater's, or the judge's.
 */
seat: Seat, 
/**
 * The number that the event has which this turn leads to.
 */
seq: number, 
/**
 * The time left when this was said. Of the debaters' time only the debaters are told, and
 * nobody of a built-in player's.
 */
left?: TimeLeft, };

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
probability: number | null, 
/**
 * Why, in the judge's words, if it says: at most [`Verdict::MAX_EXPLANATION`] characters.
 * Whoever prints it does with it as with any text by a stranger.
 */
explanation?: string, };

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
 * The whole image: for the debaters, and for spectators with the [`Sight`] of it.
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

/**
 * Who may watch a debate, and where it is listed.
 */
export type Visibility = "public" | "unlisted" | "private";

/**
 * So many wins of so many debates.
 */
export type Wins = { 
/**
 * How many it has won.
 */
won: number, 
/**
 * Of how many.
 */
of: number, };
