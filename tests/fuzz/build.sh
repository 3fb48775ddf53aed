#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
#
# build.sh: builds each fuzz target into $OUT, with its seeds, its dictionary and its options, as OSS-Fuzz asks of a project: with the
# compilers $CC and $CXX, their flags $CFLAGS and $CXXFLAGS, the engine $LIB_FUZZING_ENGINE, and $WORK for what is left over.
# A target holds the libraries that it uses: where it runs there are none.
set -euo pipefail
source=$(realpath "$(dirname "$0")/../..")
WORK=$(realpath "$WORK") OUT=$(realpath "$OUT")
build=$WORK/rartifacts
seeds=$WORK/seeds.zip

meson setup "$build" "$source" --buildtype=plain --unity=on --unity-size=16 -Dstatic=true -Dtests=false -Dfuzz=true \
  -Dfuzz_engine="$LIB_FUZZING_ENGINE" -Db_lundef=false
basename -s .cc "$source"/tests/fuzz/*.cc | sed 's,^,tests/fuzz/fuzz_,' | xargs ninja -C "$build"

rm -f "$seeds"
cd "$source/testdata"
find goldens packages manifests reports -type f -size -64k -print0 | sort -z | xargs -0 zip -qX "$seeds"
for target in $(basename -s .cc "$source"/tests/fuzz/*.cc); do
  cp "$build/tests/fuzz/fuzz_$target" "$OUT"
  cp "$seeds" "$OUT/fuzz_${target}_seed_corpus.zip"
  cp "$source/tests/fuzz/dictionary" "$OUT/fuzz_$target.dict"
  all=512 once=512
  [ "$target" != package ] || all=2048 once=4200  # see `run`
  printf '[libfuzzer]\nmax_len = 65536\ntimeout = 10\nrss_limit_mb = %s\nmalloc_limit_mb = %s\n' $all $once > "$OUT/fuzz_$target.options"
done
