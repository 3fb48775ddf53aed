// SPDX-License-Identifier: MIT OR Apache-2.0
//! m2: a static branch and `warn_on!`. Both include text for inline assembly, the files
//! rust/kernel/generated_arch_*_asm.rs that the configuration calls for. Not for 6.12.

use kernel::prelude::*;

module! {
    type: RustSb,
    name: "rust_sb",
    description: "static branch, warn_on",
    license: "GPL",
}

/// Holder of a key.
#[repr(C)]
pub struct Holder {
    key: kernel::bindings::static_key_false,
}

// SAFETY: only used by address.
unsafe impl Sync for Holder {}

// SAFETY: all zeroes is a disabled key.
static HOLDER: Holder = unsafe { core::mem::zeroed() };

struct RustSb;

impl kernel::Module for RustSb {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        // SAFETY: a static key of this module.
        if unsafe { kernel::static_branch_unlikely!(HOLDER, Holder, key) } {
            pr_info!("on\n");
        }
        let n = core::hint::black_box(3);
        if kernel::warn_on!(n == 4) {
            return Err(EINVAL);
        }
        Ok(RustSb)
    }
}
