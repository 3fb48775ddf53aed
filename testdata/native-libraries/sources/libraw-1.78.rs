#![feature(no_core, lang_items)]
#![allow(internal_features,incomplete_features)]
#![no_core]
#![crate_type="lib"]
#[lang="sized"] trait Sized {}
#[link(name="rawlib", kind="raw-dylib")] extern "C" { fn ra(); fn rb(); static mut RS: u8; }
#[link(name="rawtwo", kind="raw-dylib")] extern "system" { #[link_ordinal(7)] fn rc(x: u32); }
#[link(name="plainlib")] extern "C" { fn rd(); }
