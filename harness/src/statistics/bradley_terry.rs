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

/// Elo ratings of so many players by the Bradley-Terry model: `a` beats `b` with the probability
/// `1 / (1 + 10^((b − a) / 400))`. The mean of all ratings is 0.
///
/// The likelihood is maximised by the MM algorithm (D. R. Hunter, Annals of Statistics 32, 2004).
pub fn bradley_terry(players: usize, pairings: &[Pairing]) -> Vec<f64> {
    let mut strengths = vec![1.0; players];
    let mut wins = vec![0.0; players];
    for pairing in pairings {
        wins[pairing.a] += pairing.won + PRIOR;
        wins[pairing.b] += pairing.lost + PRIOR;
    }
    for _ in 0..20_000 {
        let mut shares = vec![0.0; players];
        for Pairing { a, b, won, lost } in pairings {
            let share = (won + lost + 2.0 * PRIOR) / (strengths[*a] + strengths[*b]);
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
    let ratings: Vec<f64> = strengths.iter().map(|strength| ELO * strength.log10()).collect();
    let mean = ratings.iter().sum::<f64>() / players.max(1) as f64;
    ratings.into_iter().map(|rating| rating - mean).collect()
}
