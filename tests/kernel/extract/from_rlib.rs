// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a kernel's C code calls. Nothing of the kernel crate, so that an rlib of it is complete.
#![no_std]

/// The sum; saturating, so that what it needs of `core` is inlined.
///
/// # Safety
///
/// `numbers` points to `count` numbers.
#[no_mangle]
pub unsafe extern "C" fn from_rlib_sum(numbers: *const i32, count: usize) -> i32 {
    // SAFETY: as the caller promised.
    let numbers = unsafe { core::slice::from_raw_parts(numbers, count) };
    numbers.iter().fold(0, |sum: i32, &number| sum.saturating_add(number))
}
