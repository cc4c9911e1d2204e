#include "trainer/aggregator/upload.h"

#include <unistd.h>

#include <vector>

#include "libfrag/base/digest.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"

namespace frag::aggregator {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} << 10;

[[noreturn]] void too_long(std::uint64_t limit) {
  throw http::HttpError(413, "the body is longer than the limit of " + format_bytes(limit));
}

}  // namespace

Upload::Upload(const http::Request& request, std::filesystem::path path, std::uint64_t limit)
    : path_(std::move(path)) {
  try {
    receive(request, limit);
  } catch (...) {
    ::unlink(path_.c_str());
    throw;
  }
}

Upload::~Upload() {
  if (!moved_) ::unlink(path_.c_str());
}

void Upload::receive(const http::Request& request, std::uint64_t limit) {
  const auto announced = parse_integer(request.header("content-length").value_or("0"));
  if (announced && *announced > 0 && static_cast<std::uint64_t>(*announced) > limit) too_long(limit);
  FileWriter file(path_);
  Sha256 sha;
  std::vector<char> buffer(kBufferBytes);
  while (request.body) {
    const std::size_t got = request.body(buffer.data(), buffer.size());
    if (got == 0) break;
    if (file.size() + got > limit) too_long(limit);
    sha.update({buffer.data(), got});
    file.write({buffer.data(), got});
  }
  bytes_ = file.size();
  file.close();
  sha256_ = sha.hex();
}

void Upload::move_to(const std::filesystem::path& place) {
  rename_durable(path_, place);
  moved_ = true;
}

}  // namespace frag::aggregator
