//! Where the numbers of the reveals stand: as on the page, beside their pixels.

/// The directions in which a badge may stand off its pixel, the best first.
const DIRECTIONS: [[f32; 2]; 8] = [
    [1.0, -1.0],
    [1.0, 1.0],
    [-1.0, -1.0],
    [-1.0, 1.0],
    [0.0, -1.0],
    [0.0, 1.0],
    [1.0, 0.0],
    [-1.0, 0.0],
];

/// How far a badge's edge is from its pixel's, in pixels of the image.
const GAP: f32 = 0.05;

/// How much room is left around a badge.
const AIR: f32 = 0.45;

/// A centre for each reveal's badge, which reaches so far from it: beside its pixel, on the board,
/// clear of the revealed pixels and of the other badges as far as there is room. Lengths are in
/// pixels of the image.
pub(crate) fn centres(pixels: &[[u8; 2]], [width, height]: [u8; 2], reach: f32) -> Vec<[f32; 2]> {
    let middles: Vec<_> = pixels.iter().map(|pixel| pixel.map(|at| f32::from(at) + 0.5)).collect();
    let mut centres: Vec<[f32; 2]> = Vec::with_capacity(pixels.len());
    for (own, middle) in middles.iter().enumerate() {
        let others = middles.iter().enumerate().filter(|(index, _)| *index != own);
        let others: Vec<_> = others.map(|(_, middle)| *middle).collect();
        let cost = |at: [f32; 2]| {
            let within = |at: f32, size: u8| at >= reach && at <= f32::from(size) - reach;
            let outside = !within(at[0], width) || !within(at[1], height);
            let overlaps = |these: &[[f32; 2]], reach: f32| -> f32 {
                these.iter().map(|other| overlap(at, *other, reach)).sum()
            };
            f32::from(u8::from(outside)) * 100.0
                + overlaps(&others, reach + 0.5 + AIR)
                + overlaps(&centres, 2.0 * reach + AIR)
        };
        let off = reach + 0.5 + GAP;
        let mut options = DIRECTIONS.map(|by| [middle[0] + off * by[0], middle[1] + off * by[1]]);
        // The sort is stable: of equally good ones the first.
        options.sort_by(|one, other| cost(*one).total_cmp(&cost(*other)));
        centres.push(options[0]);
    }
    centres
}

/// How much two squares lie on each other whose centres would have to be so far apart.
fn overlap(one: [f32; 2], other: [f32; 2], apart: f32) -> f32 {
    let along = |axis: usize| (apart - (one[axis] - other[axis]).abs()).max(0.0);
    along(0) * along(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_stand_where_the_page_has_them() {
        let pixels = [[20, 11], [20, 7], [18, 15], [19, 7], [19, 6], [17, 18]];
        let rounded: Vec<_> = centres(&pixels, [28, 28], 0.8)
            .into_iter()
            .map(|at| at.map(|at| (at * 100.0).round() / 100.0))
            .collect();
        // The same list is in the page's test of its badges.
        assert_eq!(
            rounded,
            [
                [21.85, 10.15],
                [21.85, 6.15],
                [19.85, 14.15],
                [18.15, 8.85],
                [18.15, 5.15],
                [18.85, 19.85],
            ],
        );
    }

    #[test]
    fn they_cover_no_revealed_pixel() {
        let pixels = [[0, 0], [27, 0], [0, 27], [27, 27], [13, 13], [14, 13], [13, 14]];
        for [x, y] in centres(&pixels, [28, 28], 0.8) {
            for pixel in pixels {
                let apart = |at: f32, pixel: u8| (at - f32::from(pixel) - 0.5).abs() >= 0.8 + 0.5;
                assert!(apart(x, pixel[0]) || apart(y, pixel[1]), "[{x}, {y}] over {pixel:?}");
            }
        }
    }
}
