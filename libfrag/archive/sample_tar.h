// Samples as WebDataset tars: for each fragment KEY.png|jpg|raw, KEY.cls and KEY.json, in that order.
//
// KEY is the fragment's id in twelve digits, with "-r" and the position behind it in a sample that repeats.
// The class is a decimal number. The JSON says what the fragment is and carries the digest of its pixels,
// which guards the transport:
//   {"id":17,"class":"cells","source":3,"split":"train","angle":45.0,"row":2,"column":5,
//    "width":256,"height":256,"channels":1,"bits":8,"pixels":"<xxh3-128>"}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libfrag/archive/tar.h"
#include "libfrag/dataset/catalog.h"
#include "libfrag/image/image.h"

namespace frag {

enum class SampleFormat { raw, png, jpg };

const char* name_of(SampleFormat format);
// Errc::usage that lists the names.
SampleFormat parse_sample_format(std::string_view name);

// The quality of JPEGs where nobody asked for another.
inline constexpr int kSampleJpegQuality = 90;

// `quality` in [1, 100] counts for JPEG alone.
std::string encode_pixels(const Image& pixels, SampleFormat format, int quality = kSampleJpegQuality);

// "000000000017"; with a position, "000000000017-r42".
std::string sample_key(FragmentId id, std::optional<std::uint64_t> position = std::nullopt);

// The number of the class that a fragment is labelled with. Errc::bad_input for one that was left out.
std::uint32_t fragment_class(const Catalog& catalog, FragmentId id);

// The three members of one fragment as bytes, made by any thread and written by the one that owns the tar.
struct EncodedFragment {
  FragmentId id = 0;
  std::string key;
  std::uint32_t class_number = 0;
  SampleFormat format = SampleFormat::raw;
  std::string picture;      // KEY.raw|png|jpg
  std::string description;  // KEY.json
};
EncodedFragment encode_fragment(const Catalog& catalog, FragmentId id, const std::string& key,
                                const Image& pixels, SampleFormat format, int quality = kSampleJpegQuality);

// Adds the three members of one fragment.
void add_fragment(TarWriter& tar, const Catalog& catalog, FragmentId id, const std::string& key,
                  const Image& pixels, SampleFormat format);

// One fragment read back from a tar.
struct SampleMember {
  FragmentId id = 0;
  std::uint32_t source = 0;
  std::uint32_t class_number = 0;
  Image pixels;
};

// Reads a raw sample, fragment by fragment, checking every digest.
class RawSampleReader {
 public:
  explicit RawSampleReader(ByteSource source) : tar_(std::move(source)) {}

  // nullopt at the end; Errc::bad_input for members that are not of one fragment, a digest that does not fit,
  // or an end within a fragment.
  std::optional<SampleMember> next();

 private:
  TarReader tar_;
};

}  // namespace frag
