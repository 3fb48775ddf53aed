// SPDX-License-Identifier: GPL-2.0
//! uapi, vtable, fmt.
use kernel::prelude::*;
module! {
    type: RustUa,
    name: "rust_ua",
    description: "uapi, vtable",
    license: "GPL",
}
/// T
#[vtable]
pub trait T { /// f
  fn f(&self) -> u32 { kernel::build_error!("no f") } }
struct RustUa;
#[vtable]
impl T for RustUa { fn f(&self) -> u32 { kernel::uapi::RENAME_WHITEOUT as u32 } }
impl kernel::Module for RustUa {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        pr_info!("{} {}\n", RustUa.f(), <RustUa as T>::HAS_F);
        Ok(RustUa)
    }
}
