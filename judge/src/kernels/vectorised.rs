//! One text, compiled for several kinds of processors.

/// Defines a function that is compiled for AVX-512, for AVX2 and for any processor, and chosen
/// while the program runs.
macro_rules! vectorised {
    ($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? $body:block) => {
        $(#[$doc])*
        pub(crate) fn $name($($argument: $type),*) $(-> $result)? {
            #[inline(always)]
            fn portable($($argument: $type),*) $(-> $result)? $body
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f")]
            fn avx512($($argument: $type),*) $(-> $result)? {
                portable($($argument),*)
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn avx2($($argument: $type),*) $(-> $result)? {
                portable($($argument),*)
            }
            match $crate::kernels::Instructions::in_use() {
                $crate::kernels::Instructions::Portable => portable($($argument),*),
                // SAFETY: the processor has AVX2.
                #[cfg(target_arch = "x86_64")]
                $crate::kernels::Instructions::Avx2 => unsafe { avx2($($argument),*) },
                // SAFETY: the processor has AVX-512F.
                #[cfg(target_arch = "x86_64")]
                $crate::kernels::Instructions::Avx512 => unsafe { avx512($($argument),*) },
            }
        }
    };
}
