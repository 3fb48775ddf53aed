#!/usr/bin/perl
# SPDX-License-Identifier: MIT OR Apache-2.0
# debhelper sequence: dh $@ --with rartifacts, or Build-Depends: dh-sequence-rartifacts
use strict;
use warnings;
use Debian::Debhelper::Dh_Lib;

# After dh_strip, so that what ships is judged; before dh_gencontrol, which needs ${rust:Depends}. Unlike dh_shlibdeps, dh_installdeb
# also runs for packages of architecture `all`.
insert_before('dh_installdeb', 'dh_rartifacts');

1;
