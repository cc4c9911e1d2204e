#include "libfrag/archive/sample_tar.h"

#include <array>
#include <charconv>
#include <cstdio>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/json.h"
#include "libfrag/base/text.h"
#include "libfrag/image/encode.h"
#include "libfrag/image/pixel_digest.h"
#include "libfrag/image/read.h"

namespace frag {
namespace {

TarMember required_member(TarReader& tar, const std::string& name) {
  auto member = tar.next();
  if (!member || member->name != name) {
    throw Error(Errc::bad_input,
                "sample: " + (member ? member->name : "the end") + " where " + name + " was expected");
  }
  return std::move(*member);
}

// KEY.json of a fragment whose pixels have that digest; `picture` is the file, and counts for PNG and JPEG
// alone.
std::string describe_fragment(const Catalog& catalog, FragmentId id, std::string_view pixels,
                              SampleFormat format, std::string_view picture) {
  const FragmentAddress address = catalog.locate(id);
  const std::string class_name = Json(catalog.classes()[fragment_class(catalog, id)]).dump();
  const std::string split = Json(catalog.sources().split(address.source)).dump();
  const std::string angle = Json(catalog.angles()[address.tile.angle].degrees()).dump();
  const std::string digest = format == SampleFormat::raw ? "" : xxh3_128_hex(picture);
  std::string json;
  append_description(json, catalog, id, address, {class_name, split, angle, pixels, digest});
  return json;
}

}  // namespace

const char* name_of(SampleFormat format) {
  switch (format) {
    case SampleFormat::raw:
      return "raw";
    case SampleFormat::png:
      return "png";
    case SampleFormat::jpg:
      return "jpg";
  }
  return "";
}

std::optional<SampleFormat> find_sample_format(std::string_view name) {
  for (const SampleFormat format : {SampleFormat::raw, SampleFormat::png, SampleFormat::jpg}) {
    if (name == name_of(format)) return format;
  }
  return std::nullopt;
}

SampleFormat parse_sample_format(std::string_view name) {
  if (const auto format = find_sample_format(name)) return *format;
  throw Error(Errc::usage, "format \"" + std::string(name) + "\" is none of raw, png, jpg");
}

std::string encode_pixels(const Image& pixels, SampleFormat format, int quality) {
  switch (format) {
    case SampleFormat::png:
      return encode_png(pixels);
    case SampleFormat::jpg:
      return encode_jpeg(pixels, quality);
    case SampleFormat::raw:
      break;
  }
  return pixels.packed();
}

std::string sample_key(FragmentId id, std::optional<std::uint64_t> position) {
  std::array<char, 32> key{};
  std::snprintf(key.data(), key.size(), "%012llu", static_cast<unsigned long long>(id));
  return position ? std::string(key.data()) + "-r" + std::to_string(*position) : key.data();
}

std::uint32_t fragment_class(const Catalog& catalog, FragmentId id) {
  const auto number = catalog.class_of(id);
  if (!number)
    throw Error(Errc::bad_input, "fragment " + std::to_string(id) + " was left out and has no class");
  return *number;
}

std::uint64_t raw_bytes_of(const Catalog& catalog, const FragmentAddress& address) {
  const TileFrame frame = catalog.tiling(address.source).frame(address.tile);
  const SourceTable& sources = catalog.sources();
  return static_cast<std::uint64_t>(frame.width * frame.height * sources.channels(address.source) *
                                    sources.bits(address.source) / 8);
}

void append_description(std::string& out, const Catalog& catalog, FragmentId id,
                        const FragmentAddress& address, const FragmentTexts& texts) {
  const SourceTable& sources = catalog.sources();
  const TileFrame frame = catalog.tiling(address.source).frame(address.tile);
  const auto number = [&out](std::string_view key, auto value) {
    char digits[20];
    out += key;
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  };
  number("{\"id\":", id);
  out.append(",\"class\":").append(texts.class_name);
  number(",\"source\":", address.source);
  out.append(",\"split\":").append(texts.split);
  out.append(",\"angle\":").append(texts.angle);
  number(",\"row\":", address.tile.row);
  number(",\"column\":", address.tile.column);
  number(",\"width\":", frame.width);
  number(",\"height\":", frame.height);
  number(",\"channels\":", sources.channels(address.source));
  number(",\"bits\":", sources.bits(address.source));
  out.append(",\"pixels\":\"").append(texts.pixels).append("\"");
  if (!texts.picture.empty()) out.append(",\"picture\":\"").append(texts.picture).append("\"");
  out += '}';
}

EncodedFragment encode_fragment(const Catalog& catalog, FragmentId id, const std::string& key,
                                const Image& pixels, SampleFormat format, int quality) {
  EncodedFragment fragment{
      id, key, fragment_class(catalog, id), format, encode_pixels(pixels, format, quality), ""};
  fragment.description = describe_fragment(catalog, id, pixel_digest(pixels), format, fragment.picture);
  return fragment;
}

Image decode_fragment(const EncodedFragment& fragment) {
  const std::string what = fragment.key + ".json";
  const Json json = parse_json(fragment.description, what);
  const int bits = json_get_or<int>(json, "bits", 8, what);
  if (fragment.format != SampleFormat::raw)
    return ImageFile::from_bytes(fragment.picture).read(0, {.bits = bits});
  return Image::from_packed(fragment.picture, json_get<std::int64_t>(json, "width", what),
                            json_get<std::int64_t>(json, "height", what),
                            json_get<std::int64_t>(json, "channels", what), bits);
}

void add_fragment(TarWriter& tar, const EncodedFragment& fragment) {
  tar.add(fragment.key + "." + name_of(fragment.format), fragment.picture);
  tar.add(fragment.key + ".cls", std::to_string(fragment.class_number));
  tar.add(fragment.key + ".json", fragment.description);
}

void add_fragment(TarWriter& tar, const Catalog& catalog, FragmentId id, const std::string& key,
                  const Image& pixels, SampleFormat format) {
  add_fragment(tar, encode_fragment(catalog, id, key, pixels, format));
}

std::string fragment_problem(const Catalog& catalog, FragmentId id, const std::string& key,
                             const EncodedFragment& fragment) {
  if (fragment.key != key) return "fragment " + fragment.key + " where the sample has " + key;
  if (catalog.class_of(id) != fragment.class_number)
    return "fragment " + key + " with class " + std::to_string(fragment.class_number);
  std::string pixels;
  if (fragment.format == SampleFormat::raw) {
    const FragmentAddress at = catalog.locate(id);
    const TileFrame frame = catalog.tiling(at.source).frame(at.tile);
    const std::int64_t channels = catalog.sources().channels(at.source);
    const int bits = catalog.sources().bits(at.source);
    if (fragment.picture.size() != raw_bytes_of(catalog, at))
      return "fragment " + key + " with " + std::to_string(fragment.picture.size()) + " bytes of pixels";
    pixels = packed_pixel_digest(fragment.picture, frame.width, frame.height, channels, bits);
  } else {
    const Json json = parse_if_json(fragment.description);
    if (json.is_object() && json.contains("pixels") && json["pixels"].is_string())
      pixels = json["pixels"].get<std::string>();
  }
  if (describe_fragment(catalog, id, pixels, fragment.format, fragment.picture) == fragment.description)
    return "";
  return "fragment " + key + " with wrong pixels or a wrong description (their digests do not fit)";
}

std::optional<EncodedFragment> SampleReader::next() {
  auto body = tar_.next();
  if (!body) return std::nullopt;
  const std::size_t dot = body->name.find('.');
  if (dot == std::string::npos)
    throw Error(Errc::bad_input, "sample: " + body->name + " where KEY.raw, .png or .jpg was expected");
  EncodedFragment fragment;
  fragment.key = body->name.substr(0, dot);
  const auto format = find_sample_format(std::string_view(body->name).substr(dot + 1));
  if (!format)
    throw Error(Errc::bad_input, "sample: " + body->name + " where KEY.raw, .png or .jpg was expected");
  fragment.format = *format;
  fragment.picture = std::move(body->data);
  const auto class_number = parse_integer(required_member(tar_, fragment.key + ".cls").data);
  if (!class_number || *class_number < 0 || *class_number > UINT32_MAX)
    throw Error(Errc::bad_input, "sample: " + fragment.key + ".cls is not a number");
  fragment.class_number = static_cast<std::uint32_t>(*class_number);
  fragment.description = required_member(tar_, fragment.key + ".json").data;
  const auto id = parse_integer(std::string_view(fragment.key).substr(0, fragment.key.find('-')));
  if (!id || *id < 0) throw Error(Errc::bad_input, "sample: " + fragment.key + " is not a fragment's number");
  fragment.id = static_cast<FragmentId>(*id);
  return fragment;
}

}  // namespace frag
