#include "libfrag/dataset/source_store.h"

#include <string>

#include "libfrag/base/error.h"
#include "libfrag/image/pixel_digest.h"

namespace frag {
namespace {

void require_equal_pixels(const Source& row, const std::string& digest) {
  if (digest == row.pixels) return;
  throw Error(Errc::bad_input, "source " + row.name +
                                   " decodes to other pixels here than where it was cut: this " +
                                   "machine's image libraries differ, and its fragments would too");
}

}  // namespace

Image SourceStore::decode_source(std::uint32_t source, const SourcePixels& opened) const {
  Image pixels = opened.whole();
  require_equal_pixels(catalog().sources()[source], pixel_digest(pixels));
  return pixels;
}

void SourceStore::verify_pixels(std::uint32_t source) const {
  require_equal_pixels(catalog().sources()[source], digest_of(open_source(source)));
}

}  // namespace frag
