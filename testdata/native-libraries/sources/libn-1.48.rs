#![feature(link_cfg, static_nobundle)]
#![crate_type="lib"]
#[link(name="alpha", kind="dylib")] extern "C" { fn a(); }
#[link(name="betalib")] extern "C" { fn b(); }
#[link(name="zetalib", cfg(not(target_feature="crt-static")))] extern "C" { fn f(); }
#[link(name="etalib", kind="static", cfg(all(unix, any(target_feature="crt-static", windows))))] extern "C" { fn g(); }
#[link(name="c")] extern "C" { fn h(); }
pub fn all() { unsafe { a();b();f();g();h() } }
#[link(name="gammalib", kind="static-nobundle")] extern "C" { fn cc(); }
