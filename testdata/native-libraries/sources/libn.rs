#![crate_type="lib"]
#![allow(internal_features)]
#![feature(link_cfg, native_link_modifiers_as_needed)]
#[link(name="alpha", kind="dylib")] extern "C" { fn a(); }
#[link(name="betalib")] extern "C" { fn b(); }
#[link(name="gammalib", kind="static", modifiers="-bundle,+whole-archive")] extern "C" { fn c(); }
#[link(name="delta", kind="dylib", modifiers="+as-needed")] extern "C" { fn d(); }
#[link(name="libeps.so", kind="dylib", modifiers="+verbatim")] extern "C" { fn e(); }
#[link(name="zetalib", cfg(not(target_feature="crt-static")))] extern "C" { fn f(); }
#[link(name="etalib", kind="static", modifiers="-bundle", cfg(all(unix, any(target_feature="crt-static", windows))))] extern "C" { fn g(); }
#[link(name="c")] extern "C" { fn h(); }
pub fn all() { unsafe { a();b();c();d();e();f();g();h() } }
