// SPDX-License-Identifier: MIT OR Apache-2.0
//! m5: m1 as 6.1 has it, where `module!` takes bytes and memory comes from the library alloc.

use kernel::prelude::*;

module! {
    type: RustFirst,
    name: b"rust_first",
    description: b"out-of-tree Rust module",
    license: b"GPL",
}

struct RustFirst {
    numbers: Vec<i32>,
}

impl kernel::Module for RustFirst {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        let mut numbers = Vec::new();
        numbers.try_push(72)?;
        pr_info!("hello\n");
        Ok(RustFirst { numbers })
    }
}

impl Drop for RustFirst {
    fn drop(&mut self) {
        pr_info!("bye {:?}\n", self.numbers);
    }
}
