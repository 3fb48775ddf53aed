#![feature(link_cfg, native_link_modifiers, native_link_modifiers_bundle,native_link_modifiers_whole_archive)]
#![crate_type="lib"]
#[link(name="alpha", kind="dylib")] extern "C" { fn a(); }
#[link(name="betalib")] extern "C" { fn b(); }
#[link(name="gammalib", kind="static", modifiers="-bundle,+whole-archive")] extern "C" { fn c(); }
#[link(name="libeps.so", kind="dylib")] extern "C" { fn e(); }
#[link(name="zetalib", cfg(not(target_feature="crt-static")))] extern "C" { fn f(); }
#[link(name="etalib", kind="static", modifiers="-bundle", cfg(all(unix, any(target_feature="crt-static", windows))))] extern "C" { fn g(); }
#[link(name="c")] extern "C" { fn h(); }
pub fn all() { unsafe { a();b();c();e();f();g();h() } }
