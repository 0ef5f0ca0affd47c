//! Seconds a solved debate of 4 and of 6 pixels: `cargo bench --bench solve`. All hundred pairs are
//! gone through by the example of the same name.

use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use pixel_debate_benches::Games;

/// The liar begins in the even ones, the honest debater in the others.
const NUMBERS: [usize; 4] = [0, 1, 2, 3];

fn solve(criterion: &mut Criterion) {
    for pixels in [4, 6] {
        let games = Games::new(pixels).expect("there are judges for 4 and 6 pixels");
        let mut group = criterion.benchmark_group(format!("solve-{pixels}"));
        group.sampling_mode(SamplingMode::Flat).sample_size(10);
        for number in NUMBERS {
            group.bench_function(BenchmarkId::from_parameter(number), |bencher| {
                bencher.iter(|| games.solve(number));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, solve);
criterion_main!(benches);
