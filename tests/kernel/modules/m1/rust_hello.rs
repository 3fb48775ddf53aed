// SPDX-License-Identifier: GPL-2.0
//! Minimal out-of-tree Rust module.
use kernel::prelude::*;
module! {
    type: RustHello,
    name: "rust_hello",
    description: "out-of-tree Rust module",
    license: "GPL",
}
struct RustHello { numbers: KVec<i32> }
impl kernel::Module for RustHello {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        let mut numbers = KVec::new();
        numbers.push(72, GFP_KERNEL)?;
        pr_info!("hello\n");
        Ok(RustHello { numbers })
    }
}
impl Drop for RustHello {
    fn drop(&mut self) { pr_info!("bye {:?}\n", self.numbers); }
}
