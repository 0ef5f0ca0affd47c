//! Evaluations a second of the judge's implementations: `cargo bench --bench judge`.

use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use pixel_debate_benches::cases;

fn judge(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("judge");
    // A pass takes milliseconds and asks thousands of sets: few samples say enough.
    group
        .sampling_mode(SamplingMode::Flat)
        .sample_size(20)
        .measurement_time(Duration::from_secs(8));
    for case in cases() {
        let mut pass = (case.prepare)();
        group.throughput(Throughput::Elements(pass() as u64));
        group.bench_function(case.name, |bencher| bencher.iter(&mut pass));
    }
    group.finish();
}

criterion_group!(benches, judge);
criterion_main!(benches);
