//! Strengths from who beat whom.

/// The games of one pair of players, of which each game has a winner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pairing {
    /// One player.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// Games that `a` won.
    pub won: f64,
    /// Games that `b` won.
    pub lost: f64,
}

/// Games that count for each player of a pairing beyond those played: half a win. Without them a
/// player that always wins would be infinitely strong.
const PRIOR: f64 = 0.5;
/// Elo points for ten to one.
const ELO: f64 = 400.0;

/// Elo ratings of so many players by the Bradley-Terry model (R. A. Bradley and M. E. Terry, Biometrika 39,
/// 1952), in points: `a` beats `b` with the probability
/// `1 / (1 + 10^((b − a) / 400))`. Half a win of either side is imagined in each pairing.
///
/// Players who have met, or have met players who have, and so on, are rated against each other: their mean
/// is 0. Those of two groups that never met cannot be compared.
///
/// ```
/// use pixel_debate_statistics::{Pairing, bradley_terry};
///
/// let ratings = bradley_terry(2, &[Pairing { a: 0, b: 1, won: 9.5, lost: 0.5 }]);
/// // Ten to one, with the half that is imagined: 400 points apart.
/// assert!((ratings[0] - 200.0).abs() < 1e-3 && (ratings[1] + 200.0).abs() < 1e-3);
/// ```
///
/// # Panics
///
/// If a pairing names a player that is not below `players`.
pub fn bradley_terry(players: usize, pairings: &[Pairing]) -> Vec<f64> {
    let imagined = pairings.iter().map(|Pairing { a, b, won, lost }| Pairing {
        a: *a,
        b: *b,
        won: won + PRIOR,
        lost: lost + PRIOR,
    });
    strengths(players, &imagined.collect::<Vec<_>>())
}

/// The ratings of [`bradley_terry`] with nothing imagined: each side of a pairing has won something.
///
/// The likelihood is maximised by the MM algorithm (D. R. Hunter, Annals of Statistics 32, 2004).
///
/// ```
/// use pixel_debate_statistics::{Pairing, strengths};
///
/// // Ten to one is 400 points.
/// let ratings = strengths(2, &[Pairing { a: 0, b: 1, won: 10.0, lost: 1.0 }]);
/// assert!((ratings[0] - ratings[1] - 400.0).abs() < 1e-3);
/// ```
///
/// # Panics
///
/// As [`bradley_terry`].
pub fn strengths(players: usize, pairings: &[Pairing]) -> Vec<f64> {
    let mut strengths = vec![1.0; players];
    let mut wins = vec![0.0; players];
    for pairing in pairings {
        wins[pairing.a] += pairing.won;
        wins[pairing.b] += pairing.lost;
    }
    for _ in 0..20_000 {
        let mut shares = vec![0.0; players];
        for Pairing { a, b, won, lost } in pairings {
            let share = (won + lost) / (strengths[*a] + strengths[*b]);
            shares[*a] += share;
            shares[*b] += share;
        }
        let mut moved: f64 = 0.0;
        for player in 0..players {
            // Who never played stays where it began.
            if shares[player] > 0.0 {
                let strength = wins[player] / shares[player];
                moved = moved.max((strength / strengths[player]).ln().abs());
                strengths[player] = strength;
            }
        }
        if moved < 1e-9 {
            break;
        }
    }
    let mut ratings: Vec<f64> = strengths.iter().map(|strength| ELO * strength.log10()).collect();
    for group in groups(players, pairings) {
        let mean = group.iter().map(|player| ratings[*player]).sum::<f64>() / group.len() as f64;
        for player in group {
            ratings[player] -= mean;
        }
    }
    ratings
}

/// The players by whom they have met, directly or by way of others.
fn groups(players: usize, pairings: &[Pairing]) -> Vec<Vec<usize>> {
    let mut group: Vec<usize> = (0..players).collect();
    for Pairing { a, b, .. } in pairings {
        let (one, other) = (group[*a], group[*b]);
        group.iter_mut().filter(|group| **group == other).for_each(|group| *group = one);
    }
    let members = |number| (0..players).filter(|player| group[*player] == number).collect();
    (0..players).map(members).filter(|members: &Vec<usize>| !members.is_empty()).collect()
}
