//! One pass of a case, for an instruction counter: `one_pass last-ply` prints the number of
//! evaluations and the vector instructions in use. The function to count is `counted_pass`.

use std::process::ExitCode;

use pixel_debate_benches::{Pass, cases};

fn main() -> ExitCode {
    let name = std::env::args().nth(1);
    let Some(case) = cases().find(|case| Some(case.name) == name.as_deref()) else {
        eprintln!("usage: one_pass CASE");
        return ExitCode::from(2);
    };
    let mut pass = (case.prepare)();
    println!("{} {}", counted_pass(&mut pass), instructions());
    ExitCode::SUCCESS
}

#[inline(never)]
fn counted_pass(pass: &mut Pass) -> usize {
    // The sum keeps this from becoming a jump to the pass itself.
    std::hint::black_box(pass()) + std::hint::black_box(0)
}

/// The widest vector instructions that the program can see here.
fn instructions() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            return "AVX-512";
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return "AVX2";
        }
    }
    "portable"
}
