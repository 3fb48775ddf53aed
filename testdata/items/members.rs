// SPDX-License-Identifier: MIT OR Apache-2.0
#![no_std]
pub mod inside {
    pub struct Shown(pub u8);
    pub struct Other;
}
pub use inside::Shown;
impl Shown {
    pub const LIMIT: u8 = 3;
    pub fn make() {}
    fn own() {}
}
impl inside::Other {
    pub fn other() {}
}
pub trait Makes {
    fn makes() -> impl Sized;
}
