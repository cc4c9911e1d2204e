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

// All pixels; who hears that they do not decode hears of which source, too.
Image whole_of(const SourcePixels& opened, const std::string& name) {
  try {
    return opened.whole();
  } catch (const Error& error) {
    if (error.code() != Errc::bad_input) throw;
    throw Error(Errc::bad_input, "source " + name + ": " + error.what());
  }
}

}  // namespace

Image SourceStore::decode_source(std::uint32_t source, const SourcePixels& opened) const {
  const Source row = catalog().sources()[source];
  Image pixels = whole_of(opened, row.name);
  if (knows_pixels()) require_equal_pixels(row, pixel_digest(pixels));
  return pixels;
}

void SourceStore::verify_pixels(std::uint32_t source) const {
  const std::string digest = digest_of(open_source(source));
  if (knows_pixels()) require_equal_pixels(catalog().sources()[source], digest);
}

}  // namespace frag
