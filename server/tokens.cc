#include "server/tokens.h"

#include <algorithm>
#include <cctype>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/http/bearer.h"

namespace frag {
namespace {

constexpr std::uint64_t kMostBytes = 1 << 20;

bool is_graphic(char letter) {
  return std::isgraph(static_cast<unsigned char>(letter)) != 0;
}

}  // namespace

Tokens::Tokens(std::filesystem::path file) : file_(std::move(file)) {
  reload();
}

void Tokens::reload() {
  std::vector<std::string> digests;
  std::size_t line = 0;
  for (const std::string& text : split_text(read_file(file_, kMostBytes), '\n')) {
    ++line;
    const std::string token(trimmed(text));
    if (token.empty() || token.front() == '#') continue;
    if (!std::all_of(token.begin(), token.end(), is_graphic))
      throw Error(Errc::bad_input, file_.string() + ":" + std::to_string(line) +
                                       ": a token has no spaces; write one token a line");
    digests.push_back(sha256_hex(token));
  }
  if (digests.empty())
    throw Error(Errc::bad_input, file_.string() + " holds no token: nobody could ask; write one a line");
  const std::lock_guard lock(mutex_);
  digests_ = std::move(digests);
}

bool Tokens::allow(const std::string& token) const {
  const std::lock_guard lock(mutex_);
  return http::find_token(digests_, token).has_value();
}

}  // namespace frag
