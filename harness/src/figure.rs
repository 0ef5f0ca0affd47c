//! A debate as a picture, after the paper's figure 4: what the debaters see beside what the judge
//! sees, with the revealed pixels numbered in order, the honest side's green and the liar's blue.

mod canvas;

use image::{Rgb, RgbImage};
use pixel_debate_game::{Debate, Pixel, Role, Verdict, honest_margin};

use canvas::Canvas;

use crate::believed_label;

/// The honest debater's colour. Under each common kind of colour blindness the two colours differ
/// in hue or in lightness, and white reads on both.
pub const HONEST: Rgb<u8> = Rgb([0x1a, 0x96, 0x41]);
/// The liar's colour.
pub const LIAR: Rgb<u8> = Rgb([0x2b, 0x62, 0xe3]);

const PAPER: Rgb<u8> = Rgb([0xff, 0xff, 0xff]);
const INK: Rgb<u8> = Rgb([0x22, 0x26, 0x2e]);
const FAINT: Rgb<u8> = Rgb([0x6b, 0x72, 0x80]);
/// What the judge does not know: neither black nor white, which are values.
const UNKNOWN: Rgb<u8> = Rgb([0xe6, 0xe9, 0xee]);
const UNKNOWN_GRID: Rgb<u8> = Rgb([0xd8, 0xdc, 0xe3]);

/// The side of one pixel of the image in the picture.
const CELL: u32 = 24;
const MARGIN: u32 = 40;
const GAP: u32 = 48;
/// Above the two views: their titles.
const HEAD: u32 = 76;
/// Below them: who claims what, and the verdict.
const FOOT: u32 = 124;

const TITLE: f32 = 32.0;
const TEXT: f32 = 27.0;
const NUMBER: f32 = 23.0;

/// Draws a debate as it stands.
pub fn draw(debate: &Debate) -> RgbImage {
    let (width, height) = view_size(debate);
    let mut canvas = Canvas::new(2 * MARGIN + GAP + 2 * width, HEAD + height + FOOT, PAPER);
    let (left, right) = (MARGIN, MARGIN + width + GAP);
    canvas.text((left, HEAD - 24), TITLE, INK, "The debaters see");
    canvas.text((right, HEAD - 24), TITLE, INK, "The judge sees");

    for (pixel, value) in debate.image().iter() {
        canvas.fill(cell((left, HEAD), pixel), [CELL, CELL], Rgb([value; 3]));
        canvas.fill(cell((right, HEAD), pixel), [CELL, CELL], UNKNOWN_GRID);
        canvas.fill(cell((right, HEAD), pixel), [CELL - 1, CELL - 1], UNKNOWN);
    }
    for (number, reveal) in (1..).zip(debate.evidence()) {
        let colour = colour(debate.rules().role_of(reveal.by));
        for corner in [left, right] {
            mark(&mut canvas, cell((corner, HEAD), reveal.pixel), colour, number);
        }
    }
    foot(&mut canvas, debate, left, right);
    canvas.into_image()
}

/// The width and height of one view.
fn view_size(debate: &Debate) -> (u32, u32) {
    let image = debate.image();
    (u32::from(image.width()) * CELL, u32::from(image.height()) * CELL)
}

/// The corner of a pixel's cell in the view whose corner is given.
fn cell((left, top): (u32, u32), pixel: Pixel) -> [u32; 2] {
    [left + u32::from(pixel.x) * CELL, top + u32::from(pixel.y) * CELL]
}

fn colour(role: Role) -> Rgb<u8> {
    match role {
        Role::Honest => HONEST,
        Role::Liar => LIAR,
    }
}

/// A revealed pixel: its number on the colour of whoever revealed it, a little larger than the cell
/// so that it can be read, and set off from white strokes by a dark edge, from black ground by a
/// light one.
fn mark(canvas: &mut Canvas, [x, y]: [u32; 2], colour: Rgb<u8>, number: usize) {
    for (beyond, colour) in [(4, INK), (3, PAPER), (2, colour)] {
        canvas.fill([x - beyond, y - beyond], [CELL + 2 * beyond; 2], colour);
    }
    canvas.number((x + CELL / 2, y + CELL / 2), NUMBER, PAPER, &number.to_string());
}

/// Below the views: the claims on the left, the verdict on the right.
fn foot(canvas: &mut Canvas, debate: &Debate, left: u32, right: u32) {
    let (_, height) = view_size(debate);
    let rows = [HEAD + height + 44, HEAD + height + 82];
    let rules = debate.rules();
    for (role, baseline) in [rules.first, rules.first.other()].into_iter().zip(rows) {
        let claim = debate.claims().of(role);
        let claim = claim.map_or("any other label".to_owned(), |label| label.to_string());
        let place = if role == rules.first { "first" } else { "second" };
        canvas.fill([left, baseline - 20], [CELL, CELL], colour(role));
        let line = format!("{role} claims {claim}, reveals {place}");
        canvas.text((left + CELL + 14, baseline), TEXT, INK, &line);
    }
    let Some(outcome) = debate.outcome() else { return };
    let wins = format!("The {} debater wins", outcome.winner);
    match debate.verdict() {
        Some(verdict) => {
            let line = verdict_line(debate, verdict);
            canvas.text((right, rows[0]), TEXT, INK, &line);
            canvas.text((right, rows[1]), TEXT, colour(outcome.winner), &wins);
        }
        None => canvas.text((right, rows[0]), TEXT, FAINT, &wins),
    }
}

fn verdict_line(debate: &Debate, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Logits { logits } => {
            let claims = debate.claims();
            let margin = honest_margin(logits, claims).abs();
            let label = believed_label(logits, claims);
            format!("The judge says {label}, by a margin of {margin:.2}")
        }
        Verdict::Label { label, probability: Some(probability) } => {
            format!("The judge says {label}, {:.0} % sure", 100.0 * probability)
        }
        Verdict::Label { label, probability: None } => format!("The judge says {label}"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pixel_debate_game::{Debater, Image, Move, Rules};

    use super::*;

    fn debate(values: [u8; 4]) -> Debate {
        let image = Arc::new(Image::new(4, 1, values.to_vec()).unwrap());
        let rules = Rules::paper(2, true, Role::Liar);
        let mut debate = Debate::new(rules, image, 1, Some(0), 2).unwrap();
        for (by, x) in [(Debater::First, 1), (Debater::Second, 2)] {
            debate.apply(Move::Reveal { by, pixel: Pixel::new(x, 0) }).unwrap();
        }
        let verdict = Verdict::Logits { logits: vec![0.5, 2.0] };
        debate.apply(Move::Verdict(verdict)).unwrap();
        debate
    }

    /// The colour near a cell's corner, which neither its number nor its neighbour reaches.
    fn corner_of(picture: &RgbImage, left: u32, x: u8) -> Rgb<u8> {
        let [x, y] = cell((left, HEAD), Pixel::new(x, 0));
        *picture.get_pixel(x + 5, y + 5)
    }

    #[test]
    fn both_views_show_the_reveals_and_only_one_the_image() {
        let picture = draw(&debate([40, 200, 90, 0]));
        let (left, right) = (MARGIN, MARGIN + 4 * CELL + GAP);
        let debaters = [0, 1, 2, 3].map(|x| corner_of(&picture, left, x));
        assert_eq!(debaters, [Rgb([40; 3]), LIAR, HONEST, Rgb([0; 3])]);
        let judge = [0, 1, 2, 3].map(|x| corner_of(&picture, right, x));
        assert_eq!(judge, [UNKNOWN, LIAR, HONEST, UNKNOWN]);
    }

    #[test]
    fn the_judges_side_depends_on_the_evidence_alone() {
        let (one, other) = (draw(&debate([40, 200, 90, 0])), draw(&debate([0, 200, 90, 250])));
        let right = MARGIN + 4 * CELL + GAP / 2;
        for (x, y, colour) in one.enumerate_pixels().filter(|(x, _, _)| *x >= right) {
            assert_eq!(colour, other.get_pixel(x, y));
        }
        assert_ne!(one, other);
    }

    #[test]
    fn the_verdict_names_the_label_that_the_judge_believes() {
        let debate = debate([40, 200, 90, 0]);
        let line = |verdict| verdict_line(&debate, &verdict);
        let logits = |logits: &[f32]| Verdict::Logits { logits: logits.to_vec() };
        assert_eq!(line(logits(&[0.5, 2.0])), "The judge says 1, by a margin of 1.50");
        assert_eq!(line(logits(&[2.0, 0.5])), "The judge says 0, by a margin of 1.50");
        assert_eq!(line(Verdict::Label { label: 1, probability: None }), "The judge says 1");
    }
}
