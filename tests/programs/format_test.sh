# Every C++ file is laid out as .clang-format says.
source "$(dirname "$0")/lib.sh"
cd "$FRAG_SOURCE_DIR"
find libfrag tools server trainer tests -name '*.cc' -o -name '*.h' | xargs clang-format --dry-run -Werror || fail "run clang-format -i on the files above"
