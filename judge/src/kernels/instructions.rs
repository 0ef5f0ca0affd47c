//! Which of the processor's vector instructions the inner loops use.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU8, Ordering};

/// A set of instructions that the inner loops are compiled for, from the narrowest to the widest.
///
/// The widest that the processor has is chosen once, when the first loop runs. Results differ by
/// rounding between one choice and another: only the wider ones fuse multiplications with additions.
///
/// ```
/// use pixel_debate_judge::kernels::Instructions;
///
/// let available: Vec<Instructions> = Instructions::available().collect();
/// assert_eq!(available[0], Instructions::Portable);
/// assert!(available.is_sorted());
/// assert!(available.contains(&Instructions::in_use()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Instructions {
    /// What every processor of the target has.
    Portable = 1,
    /// AVX2, FMA and F16C: registers of 8 numbers.
    #[cfg(target_arch = "x86_64")]
    Avx2 = 2,
    /// AVX-512F: registers of 16 numbers.
    #[cfg(target_arch = "x86_64")]
    Avx512 = 3,
}

/// The choice as its number, or [`UNKNOWN`]. It is never above what the processor has: that is what
/// makes it sound to call the functions compiled for it.
static CHOICE: AtomicU8 = AtomicU8::new(UNKNOWN);

/// Nothing has been chosen yet.
const UNKNOWN: u8 = 0;

impl Instructions {
    /// All that this processor has, from the narrowest to the widest.
    pub fn available() -> impl DoubleEndedIterator<Item = Self> {
        Self::ALL.into_iter().filter(|instructions| instructions.are_here())
    }

    /// What the inner loops use.
    #[inline]
    pub fn in_use() -> Self {
        Self::numbered(CHOICE.load(Ordering::Relaxed)).unwrap_or_else(Self::choose)
    }

    /// Makes the inner loops of the whole process use the widest instructions that the processor has
    /// up to these; a limit above what it has is none.
    ///
    /// It is for tests and benchmarks, so that one machine can run all versions, and for machines that
    /// are to compute the same bits as others. What was computed
    /// before differs by rounding from what is computed after, so evaluators are to be built anew,
    /// and no other thread should be evaluating meanwhile. [`multiply`](super::multiply) chooses for
    /// itself and is not limited.
    pub fn limit(self) {
        let widest = Self::available().rfind(|instructions| *instructions <= self);
        CHOICE.store(widest.unwrap_or(Self::Portable) as u8, Ordering::Relaxed);
    }

    #[cold]
    fn choose() -> Self {
        let widest = Self::available().next_back().unwrap_or(Self::Portable);
        let (order, new) = (Ordering::Relaxed, widest as u8);
        match CHOICE.compare_exchange(UNKNOWN, new, order, order) {
            Ok(_) => widest,
            // Another thread was quicker, perhaps with a limit.
            Err(choice) => Self::numbered(choice).unwrap_or(widest),
        }
    }
}

impl fmt::Display for Instructions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "avx512",
        })
    }
}

impl FromStr for Instructions {
    type Err = String;

    /// Reads the name of a set that this processor has.
    fn from_str(name: &str) -> Result<Self, String> {
        Self::available().find(|one| one.to_string() == name).ok_or_else(|| {
            let here: Vec<String> = Self::available().map(|one| one.to_string()).collect();
            format!("this processor has {}", here.join(", "))
        })
    }
}

#[cfg(target_arch = "x86_64")]
impl Instructions {
    const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    fn numbered(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Portable),
            2 => Some(Self::Avx2),
            3 => Some(Self::Avx512),
            _ => None,
        }
    }

    fn are_here(self) -> bool {
        match self {
            Self::Portable => true,
            Self::Avx2 => {
                is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("fma")
                    && is_x86_feature_detected!("f16c")
            }
            // Where the wider versions have nothing to gain, the narrower run.
            Self::Avx512 => Self::Avx2.are_here() && is_x86_feature_detected!("avx512f"),
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
impl Instructions {
    const ALL: [Self; 1] = [Self::Portable];

    fn numbered(number: u8) -> Option<Self> {
        (number == Self::Portable as u8).then_some(Self::Portable)
    }

    fn are_here(self) -> bool {
        self == Self::Portable
    }
}
