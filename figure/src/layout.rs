//! Where everything stands in a debate's picture.

use image::Rgb;
use pixel_debate_game::{Debater, Pixel, Role, Verdict, View, believed_label, honest_margin};

use crate::badges::centres;
use crate::{Figure, Shape};

/// The honest debater's colour. Under each common kind of colour blindness the two colours differ
/// in hue or in lightness, and white reads on both.
const HONEST: Rgb<u8> = Rgb([0x1a, 0x96, 0x41]);
/// The liar's colour.
const LIAR: Rgb<u8> = Rgb([0x2b, 0x62, 0xe3]);
/// The colours of the debaters' places, while nobody may know who is who.
const FIRST: Rgb<u8> = Rgb([0x8a, 0x4b, 0x08]);
const SECOND: Rgb<u8> = Rgb([0x7a, 0x3f, 0x9d]);

pub(crate) const PAPER: Rgb<u8> = Rgb([0xff, 0xff, 0xff]);
pub(crate) const INK: Rgb<u8> = Rgb([0x22, 0x26, 0x2e]);
pub(crate) const FAINT: Rgb<u8> = Rgb([0x6b, 0x72, 0x80]);
/// What the judge does not know: neither black nor white, which are values.
const UNKNOWN: Rgb<u8> = Rgb([0xe6, 0xe9, 0xee]);
const UNKNOWN_GRID: Rgb<u8> = Rgb([0xd8, 0xdc, 0xe3]);

/// The longer side of one view. Images have 1 to 255 pixels a side, and their pictures one size.
pub(crate) const SIDE: u32 = 672;
pub(crate) const MARGIN: u32 = 40;
const GAP: u32 = 48;
/// Above the views: their titles.
const HEAD: u32 = 76;
/// Below them: who claims what, and the verdict.
const FOOT: u32 = 124;
/// The least width of a view, and so of the text below it.
const LEAST: u32 = 480;

pub(crate) const TITLE: f32 = 32.0;
pub(crate) const TEXT: f32 = 27.0;
/// The side of what stands before a line of text.
const BULLET: u32 = 24;
/// The least side of a pixel for which a grid is drawn.
const LEAST_GRID: u32 = 6;
/// The least and the largest side of a number's badge: on the page it is 1.6 pixels of the image.
const BADGE: [u32; 2] = [26, 40];
/// More numbers than these would hide what they stand beside.
const MOST_NUMBERS: usize = 100;

/// Draws a debate as a seat sees it, the longer side of each view about `side` long, with its first reveals,
/// and with how it ended if `ended`.
pub(crate) fn lay_out(view: &View, side: u32, reveals: usize, ended: bool) -> Figure {
    let longer = u32::from(view.width.max(view.height)).max(1);
    let cell = (side / longer).max(1);
    let mut plan = Drawing { view, cell, shapes: Vec::new() };
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
    for left in &lefts {
        plan.reveals(*left, reveals);
    }
    plan.foot(height, judge, ended);
    Figure {
        width: judge + width.max(LEAST) + MARGIN,
        height: HEAD + height + FOOT,
        shapes: plan.shapes,
    }
}

/// A drawing under way.
struct Drawing<'a> {
    view: &'a View,
    /// The side of one pixel of the image in the picture.
    cell: u32,
    shapes: Vec<Shape>,
}

impl Drawing<'_> {
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

    /// The first reveals in the view that begins at `left`: each pixel's value in a frame of the colour
    /// of whoever revealed it, and its number beside it.
    fn reveals(&mut self, left: u32, reveals: usize) {
        let view = self.view;
        let (cell, ring) = (self.cell, (self.cell * 6 / 25).clamp(2, 8));
        for reveal in view.evidence.iter().take(reveals) {
            let corner = self.place(left, reveal.pixel);
            let around =
                |beyond: u32| (corner.map(|at| at.saturating_sub(beyond)), [cell + 2 * beyond; 2]);
            let (outer, inner) = (around(ring + 1), around(ring));
            self.fill(outer.0, outer.1, PAPER);
            self.fill(inner.0, inner.1, colour(view, reveal.by));
        }
        // On the frames, which reach into their neighbours.
        for reveal in view.evidence.iter().take(reveals) {
            self.fill(self.place(left, reveal.pixel), [cell; 2], Rgb([reveal.value; 3]));
        }
        if view.evidence.len() > MOST_NUMBERS {
            return;
        }
        let side = (cell * 8 / 5).clamp(BADGE[0], BADGE[1]);
        let scale = cell as f32;
        // Of all of them, so that in an animation each stays where it is.
        let pixels: Vec<_> =
            view.evidence.iter().map(|reveal| [reveal.pixel.x, reveal.pixel.y]).collect();
        let places = centres(&pixels, [view.width, view.height], side as f32 / 2.0 / scale);
        for ((number, reveal), [x, y]) in (1..).zip(view.evidence.iter().take(reveals)).zip(places)
        {
            let on = |start: u32, at: f32| (start as f32 + at * scale).max(0.0).round() as u32;
            let centre = [on(left, x), on(HEAD, y)];
            self.badge(reveal.by, centre, side + 2, PAPER);
            self.badge(reveal.by, centre, side, colour(view, reveal.by));
            let number = Shape::Number { centre, size: side as f32 * 0.72, colour: PAPER, number };
            self.shapes.push(number);
        }
    }

    /// What tells a debater without colours: a disc for the first, a square for the second.
    fn badge(&mut self, debater: Debater, centre: [u32; 2], side: u32, colour: Rgb<u8>) {
        match debater {
            Debater::First => self.shapes.push(Shape::Disc { centre, diameter: side, colour }),
            Debater::Second => {
                self.fill(centre.map(|middle| middle.saturating_sub(side / 2)), [side; 2], colour);
            }
        }
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
            let centre = [MARGIN + BULLET / 2, baseline - 20 + BULLET / 2];
            self.badge(debater, centre, BULLET, colour(view, debater));
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

    /// The colour near a cell's corner, which neither a number nor a neighbour's frame reaches.
    fn corner_of(picture: &RgbImage, left: u32, x: u32) -> Rgb<u8> {
        *picture.get_pixel(left + x * CELL + 12, HEAD + 12)
    }

    #[test]
    fn both_views_show_the_reveals_and_only_one_the_image() {
        let picture = draw(&judged([40, 200, 90, 0]));
        let right = MARGIN + 4 * CELL + GAP;
        let debaters = [0, 1, 2, 3].map(|x| corner_of(&picture, MARGIN, x));
        assert_eq!(debaters, [40, 200, 90, 0].map(|value| Rgb([value; 3])));
        let judge = [0, 1, 2, 3].map(|x| corner_of(&picture, right, x));
        assert_eq!(judge, [UNKNOWN, Rgb([200; 3]), Rgb([90; 3]), UNKNOWN]);
    }

    #[test]
    fn before_the_outcome_nothing_hidden_is_drawn() {
        let (one, other) = (debate([40, 200, 90, 0]), debate([0, 200, 90, 250]));
        for seat in [Seat::Judge, Seat::Spectator] {
            let [one, other] = [&one, &other].map(|debate| Figure::of(&debate.view(seat)));
            assert_eq!(one, other);
            let seen = [0, 1, 2, 3].map(|x| corner_of(&one.image(), MARGIN, x));
            assert_eq!(seen, [UNKNOWN, Rgb([200; 3]), Rgb([90; 3]), UNKNOWN]);
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

    /// A debate over 28 by 28 pixels, as large as they mostly are.
    fn usual() -> Debate {
        let image = Arc::new(
            Image::new(28, 28, (0..28 * 28).map(|at| (at % 251 + 1) as u8).collect()).unwrap(),
        );
        let mut debate =
            Debate::new(Rules::paper(6, true, Role::Liar), image, 1, Some(0), 2).unwrap();
        let pixels = [[20, 11], [20, 7], [18, 15], [19, 7], [19, 6], [17, 18]];
        for ([x, y], by) in
            pixels.into_iter().zip([Debater::First, Debater::Second].into_iter().cycle())
        {
            debate.apply(Move::Reveal { by, pixel: Pixel::new(x, y) }).unwrap();
        }
        let verdict = Verdict::Logits { logits: vec![0.5, 2.0] };
        debate.apply(Move::Verdict(verdict)).unwrap();
        debate
    }

    #[test]
    fn numbers_cover_no_revealed_value() {
        let debate = usual();
        let picture = draw(&debate);
        let cell = SIDE / 28;
        for reveal in debate.evidence() {
            for left in [MARGIN, MARGIN + SIDE + GAP] {
                let [x, y] = [reveal.pixel.x, reveal.pixel.y].map(u32::from);
                for (dx, dy) in (0..cell).flat_map(|dx| (0..cell).map(move |dy| (dx, dy))) {
                    let seen = picture.get_pixel(left + x * cell + dx, HEAD + y * cell + dy);
                    assert_eq!(*seen, Rgb([reveal.value; 3]), "({x}, {y})");
                }
            }
        }
    }

    #[test]
    fn without_colours_shapes_tell_who_revealed_what_and_who_claims_what() {
        let figure = Figure::of(&usual().view(Seat::Judge));
        let of = |colour: Rgb<u8>| {
            let is = |found: &&Shape| match found {
                Shape::Rectangle { size, colour: its, .. } => {
                    *its == colour && [38, BULLET].contains(&size[0])
                }
                Shape::Disc { colour: its, .. } => *its == colour,
                _ => false,
            };
            let found: Vec<_> = figure.shapes.iter().filter(is).collect();
            let discs = found.iter().filter(|shape| matches!(shape, Shape::Disc { .. })).count();
            [discs, found.len() - discs]
        };
        // Three badges in each view, and one before the claim.
        assert_eq!(of(LIAR), [7, 0], "the liar sits first, and has discs");
        assert_eq!(of(HONEST), [0, 7], "squares");
        let svg = figure.svg();
        assert!(svg.contains("<circle ") && svg.contains("liar claims 0, reveals first"), "{svg}");
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
