// SPDX-License-Identifier: MIT OR Apache-2.0
//! m1: the least that can be loaded. `module!` needs the proc macros, `kernel` all the crates below it.
//! It names no author: 6.12 spells that `author`, 7.2 `authors`, and both can do without.

use kernel::prelude::*;

module! {
    type: RustHello,
    name: "rust_hello",
    description: "out-of-tree Rust module",
    license: "GPL",
}

struct RustHello {
    numbers: KVec<i32>,
}

impl kernel::Module for RustHello {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        let mut numbers = KVec::new();
        numbers.push(72, GFP_KERNEL)?;
        pr_info!("hello\n");
        Ok(RustHello { numbers })
    }
}

impl Drop for RustHello {
    fn drop(&mut self) {
        pr_info!("bye {:?}\n", self.numbers);
    }
}
