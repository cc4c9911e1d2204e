#include "server/sample_body.h"

#include <algorithm>
#include <memory>

#include "libfrag/archive/tar_header.h"
#include "libfrag/base/digest.h"
#include "libfrag/image/pixel_digest.h"

namespace frag {
namespace {

// Adds a member with this data.
void append_member(std::string& out, const std::string& name, std::string_view data) {
  append_tar_header(out, name, data.size());
  const std::size_t start = out.size();
  out += data;
  append_tar_padding(out, start);
}

void append_rows(std::string& out, const Image& pixels) {
  const auto row_bytes = static_cast<std::size_t>(pixels.width() * pixels.pixel_bytes());
  for (std::int64_t y = 0; y < pixels.height(); ++y)
    out.append(reinterpret_cast<const char*>(pixels.row(y)), row_bytes);
}

}  // namespace

SampleBody::SampleBody(const ServedDataset& dataset, SampleList list, const SampleExport& settings)
    : dataset_(dataset), list_(std::move(list)), format_(settings.format), repeats_(settings.repeats) {
  first_ = std::min(settings.skip, list_.size());
  end_ = first_ + std::min(settings.limit.value_or(list_.size()), list_.size() - first_);
  if (format_ == SampleFormat::raw) measure();
}

void SampleBody::measure() {
  const MemberTexts& texts = dataset_.texts();
  each_ = texts.tar_bytes_of_each();
  if (each_) {
    size_ = (end_ - first_) * *each_ + kTarEndBytes;
    return;
  }
  if (end_ - first_ > kMostMeasured) return;
  std::uint64_t at = 0;
  for (std::uint64_t position = first_; position < end_; ++position) {
    starts_.push_back(at);
    at += texts.tar_bytes_of(list_.at(position));
  }
  size_ = at + kTarEndBytes;
}

RenderedBody SampleBody::part(const std::shared_ptr<SampleBody>& body, const http::ByteRange& range) {
  RenderedBody part;
  part.next = body->first_;
  part.end = body->end_;
  part.append = [body](std::uint64_t position, std::string& out) { body->append(position, out); };
  part.tail.assign(kTarEndBytes, '\0');
  if (!body->size_) return part;
  part.left = range.count;
  part.drop = range.first;
  if (body->each_) {
    const std::uint64_t skipped = std::min(range.first / *body->each_, body->end_ - body->first_);
    part.next += skipped;
    part.drop -= skipped * *body->each_;
  } else if (!body->starts_.empty()) {
    const auto above = std::upper_bound(body->starts_.begin(), body->starts_.end(), range.first);
    part.next += static_cast<std::uint64_t>(above - body->starts_.begin()) - 1;
    part.drop -= *(above - 1);
  }
  return part;
}

void SampleBody::append(std::uint64_t position, std::string& out) {
  const FragmentId id = list_.at(position);
  const Catalog& catalog = dataset_.catalog();
  const FragmentAddress address = catalog.locate(id);
  const std::string key = sample_key(id, position, repeats_);
  const std::uint32_t class_number = fragment_class(catalog, id);
  dataset_.render(address, pixels_);
  append_picture(key, out);
  append_member(out, key + ".cls", std::to_string(class_number));
  std::string json;
  dataset_.texts().append_json(json, id, address, class_number, digest_, picture_digest_);
  append_member(out, key + ".json", json);
}

void SampleBody::append_picture(const std::string& key, std::string& out) {
  const std::string name = key + "." + name_of(format_);
  if (format_ != SampleFormat::raw) {
    const std::string picture = encode_pixels(pixels_, format_);
    append_member(out, name, picture);
    digest_ = pixel_digest(pixels_);
    picture_digest_ = xxh3_128_hex(picture);
    return;
  }
  const auto bytes = static_cast<std::uint64_t>(pixels_.width() * pixels_.height() * pixels_.pixel_bytes());
  append_tar_header(out, name, bytes);
  const std::size_t start = out.size();
  append_rows(out, pixels_);
  PixelDigest digest(pixels_.width(), pixels_.height(), pixels_.channels(), pixels_.bits());
  digest.add(std::string_view(out).substr(start));
  digest_ = digest.hex();
  append_tar_padding(out, start);
}

}  // namespace frag
