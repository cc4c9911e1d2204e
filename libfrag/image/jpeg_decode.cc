#include "libfrag/image/jpeg_decode.h"

#include <turbojpeg.h>

#include <memory>
#include <type_traits>

namespace frag {

std::optional<Image> decode_clean_jpeg(std::string_view bytes, std::int64_t width, std::int64_t height,
                                       std::int64_t channels) {
  // A decoder is made once a thread: it costs more than a small picture.
  thread_local const std::unique_ptr<std::remove_pointer_t<tjhandle>, int (*)(tjhandle)> decoder(
      tjInitDecompress(), tjDestroy);
  if (!decoder) return std::nullopt;
  const auto* in = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto size = static_cast<unsigned long>(bytes.size());
  int found_width = 0, found_height = 0, subsampling = 0, colours = 0;
  if (tjDecompressHeader3(decoder.get(), in, size, &found_width, &found_height, &subsampling, &colours) !=
          0 ||
      found_width != width || found_height != height) {
    return std::nullopt;
  }
  Image image(width, height, channels);
  // Warnings make it fail too: a file that breaks off is only a warning to libjpeg.
  const int result = tjDecompress2(
      decoder.get(), in, size, image.row(0), found_width, static_cast<int>(image.stride()), found_height,
      channels == 1 ? TJPF_GRAY : TJPF_RGB, TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS);
  if (result != 0) return std::nullopt;
  return image;
}

}  // namespace frag
