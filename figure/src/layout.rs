//! Where everything stands in a debate's picture.

use image::Rgb;
use pixel_debate_game::{Debater, Pixel, Role, Verdict, View, believed_label, honest_margin};

use crate::{Figure, Shape};

/// The honest debater's colour. Under each common kind of colour blindness the two colours differ
/// in hue or in lightness, and white reads on both.
pub const HONEST: Rgb<u8> = Rgb([0x1a, 0x96, 0x41]);
/// The liar's colour.
pub const LIAR: Rgb<u8> = Rgb([0x2b, 0x62, 0xe3]);
/// The colours of the debaters' places, while nobody may know who is who.
const FIRST: Rgb<u8> = Rgb([0x8a, 0x4b, 0x08]);
const SECOND: Rgb<u8> = Rgb([0x7a, 0x3f, 0x9d]);

pub(crate) const PAPER: Rgb<u8> = Rgb([0xff, 0xff, 0xff]);
const INK: Rgb<u8> = Rgb([0x22, 0x26, 0x2e]);
const FAINT: Rgb<u8> = Rgb([0x6b, 0x72, 0x80]);
/// What the judge does not know: neither black nor white, which are values.
const UNKNOWN: Rgb<u8> = Rgb([0xe6, 0xe9, 0xee]);
const UNKNOWN_GRID: Rgb<u8> = Rgb([0xd8, 0xdc, 0xe3]);

/// The longer side of one view. Images have 1 to 255 pixels a side, and their pictures one size.
const SIDE: u32 = 672;
const MARGIN: u32 = 40;
const GAP: u32 = 48;
/// Above the views: their titles.
const HEAD: u32 = 76;
/// Below them: who claims what, and the verdict.
const FOOT: u32 = 124;
/// The least width of a view, and so of the text below it.
const LEAST: u32 = 480;

const TITLE: f32 = 32.0;
const TEXT: f32 = 27.0;
/// The side of what stands before a line of text.
const BULLET: u32 = 24;
/// The least side of a pixel for which a grid is drawn.
const LEAST_GRID: u32 = 6;
/// The least side of a revealed pixel's mark, so that its number can be read.
const LEAST_MARK: u32 = 14;

/// Draws a debate as a seat sees it, with its first reveals, and with how it ended if `ended`.
pub(crate) fn lay_out(view: &View, reveals: usize, ended: bool) -> Figure {
    let longer = u32::from(view.width.max(view.height)).max(1);
    let cell = (SIDE / longer).max(1);
    let mut plan = Plan { view, cell, shapes: Vec::new() };
    let (width, height) = plan.view_size();
    let second = MARGIN + width.max(LEAST) + GAP;
    let lefts = if view.truth.is_some() { vec![MARGIN, second] } else { vec![MARGIN] };
    let judge = *lefts.last().unwrap_or(&MARGIN);
    if let Some(truth) = &view.truth {
        plan.text([MARGIN, HEAD - 24], TITLE, INK, "The debaters see");
        for (pixel, value) in truth.image.iter() {
            plan.fill(plan.place(MARGIN, pixel), [cell; 2], Rgb([value; 3]));
        }
    }
    plan.text([judge, HEAD - 24], TITLE, INK, "The judge sees");
    plan.fill([judge, HEAD], [width, height], UNKNOWN);
    if cell >= LEAST_GRID {
        for x in 1..=u32::from(view.width) {
            plan.fill([judge + x * cell - 1, HEAD], [1, height], UNKNOWN_GRID);
        }
        for y in 1..=u32::from(view.height) {
            plan.fill([judge, HEAD + y * cell - 1], [width, 1], UNKNOWN_GRID);
        }
    }
    for (number, reveal) in (1..).zip(view.evidence.iter().take(reveals)) {
        let colour = colour(view, reveal.by);
        for left in &lefts {
            plan.mark(plan.place(*left, reveal.pixel), colour, number);
        }
    }
    plan.foot(height, judge, ended);
    Figure {
        width: judge + width.max(LEAST) + MARGIN,
        height: HEAD + height + FOOT,
        shapes: plan.shapes,
    }
}

/// A drawing under way.
struct Plan<'a> {
    view: &'a View,
    /// The side of one pixel of the image in the picture.
    cell: u32,
    shapes: Vec<Shape>,
}

impl Plan<'_> {
    /// The width and height of one view.
    fn view_size(&self) -> (u32, u32) {
        (u32::from(self.view.width) * self.cell, u32::from(self.view.height) * self.cell)
    }

    /// The corner of a pixel's cell in the view that begins at `left`.
    fn place(&self, left: u32, pixel: Pixel) -> [u32; 2] {
        [left + u32::from(pixel.x) * self.cell, HEAD + u32::from(pixel.y) * self.cell]
    }

    fn fill(&mut self, corner: [u32; 2], size: [u32; 2], colour: Rgb<u8>) {
        self.shapes.push(Shape::Rectangle { corner, size, colour });
    }

    fn text(&mut self, place: [u32; 2], size: f32, colour: Rgb<u8>, text: impl Into<String>) {
        self.shapes.push(Shape::Text { place, size, colour, text: text.into() });
    }

    /// A revealed pixel: its number on the colour of whoever revealed it, a little larger than the
    /// cell so that it can be read, and set off from white strokes by a dark edge, from black ground
    /// by a light one.
    fn mark(&mut self, [x, y]: [u32; 2], colour: Rgb<u8>, number: usize) {
        let square = self.cell.max(LEAST_MARK);
        let centre = [x + self.cell / 2, y + self.cell / 2];
        for (beyond, colour) in [(4, INK), (3, PAPER), (2, colour)] {
            let side = square + 2 * beyond;
            self.fill(centre.map(|middle| middle.saturating_sub(side / 2)), [side; 2], colour);
        }
        let size = square as f32 * 23.0 / 24.0;
        self.shapes.push(Shape::Number { centre, size, colour: PAPER, number });
    }

    /// Below the views: the claims on the left, the verdict on the right.
    fn foot(&mut self, height: u32, judge: u32, ended: bool) {
        let view = self.view;
        let rows = [HEAD + height + 44, HEAD + height + 82];
        for (debater, baseline) in [Debater::First, Debater::Second].into_iter().zip(rows) {
            let claim = view.claims.of(debater).map(|label| label.to_string());
            let line = match (role(view, debater), claim) {
                (Some(role), claim) => {
                    let claim = claim.unwrap_or_else(|| "any other label".into());
                    format!("{role} claims {claim}, reveals {debater}")
                }
                (None, Some(claim)) => format!("{debater} debater claims {claim}"),
                (None, None) => format!("{debater} debater, with no claim told"),
            };
            self.fill([MARGIN, baseline - 20], [BULLET; 2], colour(view, debater));
            self.text([MARGIN + BULLET + 14, baseline], TEXT, INK, line);
        }
        let Some(outcome) = view.outcome.filter(|_| ended) else { return };
        let wins = format!("The {} debater wins", outcome.winner);
        match view.verdict.as_ref().and_then(|verdict| verdict_line(view, verdict)) {
            Some(line) => {
                self.text([judge, rows[0]], TEXT, INK, line);
                self.text([judge, rows[1]], TEXT, role_colour(outcome.winner), wins);
            }
            None => self.text([judge, rows[0]], TEXT, FAINT, wins),
        }
    }
}

/// The role of a debater, where it may be known.
fn role(view: &View, debater: Debater) -> Option<Role> {
    let first = view.truth.as_ref()?.first;
    Some(if debater == Debater::First { first } else { first.other() })
}

/// A debater's colour: by role, or by place while nobody may know the role.
fn colour(view: &View, debater: Debater) -> Rgb<u8> {
    match (role(view, debater), debater) {
        (Some(role), _) => role_colour(role),
        (None, Debater::First) => FIRST,
        (None, Debater::Second) => SECOND,
    }
}

fn role_colour(role: Role) -> Rgb<u8> {
    match role {
        Role::Honest => HONEST,
        Role::Liar => LIAR,
    }
}

/// What the judge said, once it may be known who claims what.
fn verdict_line(view: &View, verdict: &Verdict) -> Option<String> {
    Some(match verdict {
        Verdict::Logits { logits } => {
            let claims = view.claims_by_role()?;
            let margin = honest_margin(logits, &claims).abs();
            let label = believed_label(logits, &claims);
            format!("The judge says {label}, by a margin of {margin:.2}")
        }
        Verdict::Label { label, probability: Some(probability), .. } => {
            format!("The judge says {label}, {:.0} % sure", 100.0 * probability)
        }
        Verdict::Label { label, probability: None, .. } => format!("The judge says {label}"),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use image::RgbImage;
    use pixel_debate_game::{Debate, Image, Move, Rules, Seat};

    use super::*;

    const CELL: u32 = SIDE / 4;

    fn debate(values: [u8; 4]) -> Debate {
        let image = Arc::new(Image::new(4, 1, values.to_vec()).unwrap());
        let rules = Rules::paper(2, true, Role::Liar);
        let mut debate = Debate::new(rules, image, 1, Some(0), 2).unwrap();
        for (by, x) in [(Debater::First, 1), (Debater::Second, 2)] {
            debate.apply(Move::Reveal { by, pixel: Pixel::new(x, 0) }).unwrap();
        }
        debate
    }

    fn judged(values: [u8; 4]) -> Debate {
        let mut debate = debate(values);
        let verdict = Verdict::Logits { logits: vec![0.5, 2.0] };
        debate.apply(Move::Verdict(verdict)).unwrap();
        debate
    }

    fn draw(debate: &Debate) -> RgbImage {
        Figure::of(&debate.view(Seat::Judge)).image()
    }

    /// The colour near a cell's corner, which neither its number nor its neighbour reaches.
    fn corner_of(picture: &RgbImage, left: u32, x: u32) -> Rgb<u8> {
        *picture.get_pixel(left + x * CELL + 5, HEAD + 5)
    }

    #[test]
    fn both_views_show_the_reveals_and_only_one_the_image() {
        let picture = draw(&judged([40, 200, 90, 0]));
        let right = MARGIN + 4 * CELL + GAP;
        let debaters = [0, 1, 2, 3].map(|x| corner_of(&picture, MARGIN, x));
        assert_eq!(debaters, [Rgb([40; 3]), LIAR, HONEST, Rgb([0; 3])]);
        let judge = [0, 1, 2, 3].map(|x| corner_of(&picture, right, x));
        assert_eq!(judge, [UNKNOWN, LIAR, HONEST, UNKNOWN]);
    }

    #[test]
    fn before_the_outcome_nothing_hidden_is_drawn() {
        let (one, other) = (debate([40, 200, 90, 0]), debate([0, 200, 90, 250]));
        for seat in [Seat::Judge, Seat::Spectator] {
            let [one, other] = [&one, &other].map(|debate| Figure::of(&debate.view(seat)));
            assert_eq!(one, other);
            let seen = [0, 1, 2, 3].map(|x| corner_of(&one.image(), MARGIN, x));
            assert_eq!(seen, [UNKNOWN, FIRST, SECOND, UNKNOWN]);
            for hidden in ["honest", "liar", "debaters see"] {
                assert!(!one.svg().contains(hidden));
            }
        }
    }

    #[test]
    fn the_judges_side_depends_on_the_evidence_alone() {
        let (one, other) = (draw(&judged([40, 200, 90, 0])), draw(&judged([0, 200, 90, 250])));
        let right = MARGIN + 4 * CELL + GAP / 2;
        for (x, y, colour) in one.enumerate_pixels().filter(|(x, _, _)| *x >= right) {
            assert_eq!(colour, other.get_pixel(x, y));
        }
        assert_ne!(one, other);
    }

    #[test]
    fn pictures_of_the_largest_images_are_no_larger() {
        let rules = Rules::paper(1, true, Role::Honest);
        let image = Arc::new(Image::new(255, 255, vec![9; 255 * 255]).unwrap());
        let mut debate = Debate::new(rules, image, 1, Some(0), 2).unwrap();
        debate.apply(Move::Reveal { by: Debater::First, pixel: Pixel::new(0, 254) }).unwrap();
        debate.apply(Move::Resign { by: Debater::First }).unwrap();
        let picture = draw(&debate);
        assert!(picture.width() <= 2 * (SIDE + MARGIN) + GAP && picture.height() <= 900);
    }

    #[test]
    fn the_verdict_names_the_label_that_the_judge_believes() {
        let view = judged([40, 200, 90, 0]).view(Seat::Judge);
        let line = |verdict| verdict_line(&view, &verdict).unwrap();
        let logits = |logits: &[f32]| Verdict::Logits { logits: logits.to_vec() };
        assert_eq!(line(logits(&[0.5, 2.0])), "The judge says 1, by a margin of 1.50");
        assert_eq!(line(logits(&[2.0, 0.5])), "The judge says 0, by a margin of 1.50");
        assert_eq!(line(Verdict::label(1)), "The judge says 1");
    }
}
