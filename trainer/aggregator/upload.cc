#include "trainer/aggregator/upload.h"

#include <unistd.h>

#include <string_view>
#include <utility>

#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/http/ranges.h"

namespace frag::aggregator {
namespace {

// A read ends when so much has come, or nothing for the server's timeout: so this is what a sender has to
// bring in that time not to count as slow. FileWriter gathers it to larger pieces.
constexpr std::size_t kUploadBuffer = std::size_t{64} << 10;

[[noreturn]] void too_long(std::uint64_t limit) {
  throw http::HttpError(413, "the body is longer than the limit of " + format_bytes(limit));
}

}  // namespace

Upload::Upload(const http::Request& request, Incoming& incoming, std::string name, std::uint64_t limit)
    : incoming_(incoming), name_(std::move(name)) {
  const Piece piece = piece_of(request, limit);
  place_ = incoming_.enter(name_, request.cut);
  part_ = piece.first > 0 ? incoming_.resume(name_, piece.first) : incoming_.begin();
  whole_ = piece.end == piece.total;
  try {
    receive(request, limit);
  } catch (...) {
    if (ours_) ::unlink(part_.path.c_str());
    throw;
  }
}

Upload::~Upload() {
  if (ours_) ::unlink(part_.path.c_str());
}

Upload::Piece Upload::piece_of(const http::Request& request, std::uint64_t limit) {
  const auto length = parse_integer(request.header("content-length").value_or("0"));
  if (length && *length > 0 && static_cast<std::uint64_t>(*length) > limit) too_long(limit);
  const auto said = request.header("content-range");
  if (!said) return {};
  const auto range = http::parse_content_range(*said);
  if (!range || !length || range->range.count != static_cast<std::uint64_t>(*length)) {
    throw http::HttpError(
        416, "Content-Range must be \"bytes FIRST-LAST/TOTAL\" of as many bytes as the body has");
  }
  if (range->total > limit) too_long(limit);
  return {range->range.first, range->range.first + range->range.count, range->total};
}

void Upload::receive(const http::Request& request, std::uint64_t limit) {
  FileWriter file(part_.path, part_.bytes);
  buffer_.resize(kUploadBuffer);
  while (const std::size_t got = read(request, file)) {
    if (part_.bytes + got > limit) too_long(limit);
    const std::string_view bytes(buffer_.data(), got);
    part_.digest.update(bytes);
    file.write(bytes);
    part_.bytes = file.size();
    place_->piece_came();
  }
  if (whole_) place_->came_whole();
  std::string().swap(buffer_);
  if (!whole_) {
    file.flush();
    return keep();
  }
  file.close();
  incoming_.drop(name_);  // an older one that broke off
  digest_ = part_.digest.hex();
}

// What the body throws is its sender's doing, and what came before is worth keeping.
std::size_t Upload::read(const http::Request& request, FileWriter& file) {
  try {
    return request.body ? request.body(buffer_.data(), buffer_.size()) : 0;
  } catch (...) {
    file.flush();
    if (part_.bytes > 0) keep();
    if (place_->was_cut()) {
      throw http::try_later(
          "the upload was cut for one that goes on with it or needs its place: what came is kept");
    }
    throw;
  }
}

void Upload::keep() {
  ours_ = false;
  Incoming::Part part = std::move(part_);
  part_.path = part.path;
  part_.bytes = part.bytes;
  incoming_.keep(name_, std::move(part));
}

void Upload::move_to(const std::filesystem::path& place) {
  rename_durable(part_.path, place);
  ours_ = false;
}

}  // namespace frag::aggregator
