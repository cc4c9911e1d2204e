// Samples as WebDataset tars: for each fragment KEY.png|jpg|raw, KEY.cls and KEY.json, in that order.
//
// KEY is the fragment's id in twelve digits, with "-r" and the position behind it in a sample that repeats.
// The class is a decimal number. The JSON says what the fragment is and carries the digest of its pixels,
// and, of a PNG or JPEG, of the file itself, which guard the transport:
//   {"id":17,"class":"cells","source":3,"split":"train","angle":45.0,"row":2,"column":5,
//    "width":256,"height":256,"channels":1,"bits":8,"pixels":"<xxh3-128>","picture":"<xxh3-128>"}
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
std::optional<SampleFormat> find_sample_format(std::string_view name);
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

// Bytes of a fragment's pixels as raw.
std::uint64_t raw_bytes_of(const Catalog& catalog, const FragmentAddress& address);

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

// What KEY.json says of a fragment beside what its address says. The texts are JSON already, so that whoever
// describes many fragments makes each of them once.
struct FragmentTexts {
  std::string_view class_name, split, angle;  // JSON
  std::string_view pixels, picture;           // digests; none of a picture for raw
};
// Appends KEY.json; `address` is that of `id`.
void append_description(std::string& out, const Catalog& catalog, FragmentId id,
                        const FragmentAddress& address, const FragmentTexts& texts);

// The pixels, as the description says they lie. Errc::bad_input where the two do not fit, or a picture is
// damaged; digests are not compared.
Image decode_fragment(const EncodedFragment& fragment);

// Adds the three members of one fragment.
void add_fragment(TarWriter& tar, const EncodedFragment& fragment);
void add_fragment(TarWriter& tar, const Catalog& catalog, FragmentId id, const std::string& key,
                  const Image& pixels, SampleFormat format);

// What is wrong with `fragment`, which came from elsewhere, where the one with the number `id` and the key
// `key` should be: its key, class, description, or a digest. Empty where it is the right one, as far as can
// be told without its source: the digest of a picture's pixels is believed.
std::string fragment_problem(const Catalog& catalog, FragmentId id, const std::string& key,
                             const EncodedFragment& fragment);

// Reads a tar of fragments. One thread.
class SampleReader {
 public:
  explicit SampleReader(ByteSource source) : tar_(std::move(source)) {}

  // nullopt at the end. Errc::bad_input where the members are not those of fragments; nothing else is
  // checked.
  std::optional<EncodedFragment> next();

 private:
  TarReader tar_;
};

}  // namespace frag
