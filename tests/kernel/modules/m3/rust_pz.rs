// SPDX-License-Identifier: MIT OR Apache-2.0
//! m3: pinned initialisation and zerocopy, with the proc macros of all three libraries. Not for 6.12.

use kernel::new_mutex;
use kernel::prelude::*;
use kernel::sync::Mutex;

module! {
    type: RustPz,
    name: "rust_pz",
    description: "pin_init, zerocopy",
    license: "GPL",
}

#[derive(
    zerocopy_derive::FromBytes,
    zerocopy_derive::IntoBytes,
    zerocopy_derive::Immutable,
    zerocopy_derive::KnownLayout,
)]
#[repr(C)]
struct Wire {
    a: u32,
    b: u32,
}

#[pin_data(PinnedDrop)]
struct Inner {
    #[pin]
    m: Mutex<u32>,
    n: u32,
}

#[pinned_drop]
impl PinnedDrop for Inner {
    fn drop(self: Pin<&mut Self>) {
        pr_info!("bye {}\n", self.n);
    }
}

struct RustPz {
    _inner: Pin<KBox<Inner>>,
}

impl kernel::Module for RustPz {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        let w = Wire { a: 1, b: core::hint::black_box(2) };
        pr_info!("{:?} {}\n", w.as_bytes(), w.a + w.b);
        let init = try_pin_init!(Inner { m <- new_mutex!(5), n: 3 }? Error);
        Ok(RustPz { _inner: KBox::try_pin_init(init, GFP_KERNEL)? })
    }
}
