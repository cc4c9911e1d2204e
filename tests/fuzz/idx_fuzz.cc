// An IDX file, plain or gzip: whatever is taken must give as many pixels as it says it has.
#include "libfrag/image/raw_sets.h"
#include "tests/fuzz/fuzz.h"

namespace {

void check_labels(std::string_view bytes) {
  try {
    if (frag::read_idx_labels(bytes).empty()) __builtin_trap();
  } catch (const frag::Error&) {
  }
}

}  // namespace

FRAG_FUZZ(bytes) {
  check_labels(bytes);
  const auto file = frag::open_idx(bytes, nullptr);
  for (const std::uint32_t page : {0u, file->pages() - 1}) {
    const frag::PageInfo info = file->info(page);
    const frag::Image whole = file->read(page, {}, {0, 0, info.width, info.height});
    const frag::Image corner = file->read(page, {}, {info.width - 1, info.height - 1, 1, 1});
    const std::string packed = whole.packed();
    if (packed.substr(packed.size() - static_cast<std::size_t>(info.channels)) != corner.packed())
      __builtin_trap();
  }
}
