#include "libfrag/archive/sample_tar.h"

#include <array>
#include <cstdio>

#include "libfrag/base/error.h"
#include "libfrag/base/json.h"
#include "libfrag/base/text.h"
#include "libfrag/image/encode.h"

namespace frag {
namespace {

Json describe(const Catalog& catalog, FragmentId id, const Image& pixels) {
  const FragmentAddress address = catalog.locate(id);
  return {{"id", id},
          {"class", catalog.classes()[fragment_class(catalog, id)]},
          {"source", address.source},
          {"split", catalog.sources().split(address.source)},
          {"angle", catalog.angles()[address.tile.angle].degrees()},
          {"row", address.tile.row},
          {"column", address.tile.column},
          {"width", pixels.width()},
          {"height", pixels.height()},
          {"channels", pixels.channels()},
          {"bits", pixels.bits()},
          {"pixels", pixel_digest(pixels)}};
}

TarMember required_member(TarReader& tar, const std::string& name) {
  auto member = tar.next();
  if (!member || member->name != name) {
    throw Error(Errc::bad_input,
                "sample: " + (member ? member->name : "the end") + " where " + name + " was expected");
  }
  return std::move(*member);
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

SampleFormat parse_sample_format(std::string_view name) {
  for (const SampleFormat format : {SampleFormat::raw, SampleFormat::png, SampleFormat::jpg}) {
    if (name == name_of(format)) return format;
  }
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

EncodedFragment encode_fragment(const Catalog& catalog, FragmentId id, const std::string& key,
                                const Image& pixels, SampleFormat format, int quality) {
  return {id,
          key,
          fragment_class(catalog, id),
          format,
          encode_pixels(pixels, format, quality),
          describe(catalog, id, pixels).dump()};
}

void add_fragment(TarWriter& tar, const Catalog& catalog, FragmentId id, const std::string& key,
                  const Image& pixels, SampleFormat format) {
  const EncodedFragment fragment = encode_fragment(catalog, id, key, pixels, format);
  tar.add(key + "." + name_of(format), fragment.picture);
  tar.add(key + ".cls", std::to_string(fragment.class_number));
  tar.add(key + ".json", fragment.description);
}

std::optional<SampleMember> RawSampleReader::next() {
  const auto body = tar_.next();
  if (!body) return std::nullopt;
  const std::size_t dot = body->name.find('.');
  const std::string key = body->name.substr(0, dot);
  if (dot == std::string::npos || body->name.substr(dot) != ".raw") {
    throw Error(Errc::bad_input, "sample: " + body->name + " where KEY.raw was expected");
  }
  const auto class_number = parse_integer(required_member(tar_, key + ".cls").data);
  const std::string what = key + ".json";
  const Json json = parse_json(required_member(tar_, what).data, what);
  if (!class_number || *class_number < 0)
    throw Error(Errc::bad_input, "sample: " + key + ".cls is not a number");

  SampleMember member;
  member.id = json_get<FragmentId>(json, "id", what);
  member.source = json_get<std::uint32_t>(json, "source", what);
  member.class_number = static_cast<std::uint32_t>(*class_number);
  member.pixels = Image::from_packed(
      body->data, json_get<std::int64_t>(json, "width", what), json_get<std::int64_t>(json, "height", what),
      json_get<std::int64_t>(json, "channels", what), json_get<int>(json, "bits", what));
  if (pixel_digest(member.pixels) != json_get<std::string>(json, "pixels", what)) {
    throw Error(Errc::bad_input,
                "sample: fragment " + key + " arrived with wrong pixels (its digest does not fit)");
  }
  return member;
}

}  // namespace frag
