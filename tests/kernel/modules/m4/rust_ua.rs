// SPDX-License-Identifier: MIT OR Apache-2.0
//! m4: a constant of `uapi`, `#[vtable]` of the proc macros, `build_error!`. On 6.12 as well.

use kernel::prelude::*;

module! {
    type: RustUa,
    name: "rust_ua",
    description: "uapi, vtable, build_error",
    license: "GPL",
}

/// Operations, one of them optional.
#[vtable]
pub trait Operations {
    /// A flag; to call it where it is not implemented is an error of the build.
    fn flag(&self) -> u32 {
        kernel::build_error!("flag is not implemented")
    }
}

struct RustUa;

#[vtable]
impl Operations for RustUa {
    fn flag(&self) -> u32 {
        kernel::uapi::RENAME_WHITEOUT as u32
    }
}

impl kernel::Module for RustUa {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        pr_info!("{} {}\n", RustUa.flag(), <RustUa as Operations>::HAS_FLAG);
        Ok(RustUa)
    }
}
