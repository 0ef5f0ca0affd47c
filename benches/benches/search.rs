//! Seconds a debate of 6 pixels between two tree searches: `cargo bench --bench search`.

use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use pixel_debate_agents::AgentSpec;
use pixel_debate_benches::{pairs, play};

fn search(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("debate");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    let pair = pairs()[0];
    for name in ["mcts:1000", "mcts:10000"] {
        let agent: AgentSpec = name.parse().expect("the name of an agent");
        group.bench_function(name, |bencher| bencher.iter(|| play(pair, agent)));
    }
    group.finish();
}

criterion_group!(benches, search);
criterion_main!(benches);
