#include "trainer/aggregator/access.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/http/bearer.h"

namespace frag::aggregator {
namespace {

using http::HttpError;
using http::Request;

constexpr std::int64_t kNanoseconds = 1'000'000'000;

std::string tag_of(const std::string& worker_token, const Token& shown) {
  return sha256_hex(worker_token + ":" + shown.sha256);
}

// "TOKEN.NAME.TAG" in its parts; empty where it is no session.
std::vector<std::string> session_parts(const std::string& bearer) {
  std::vector<std::string> parts = split_text(bearer, '.');
  if (parts.size() != 3) parts.clear();
  return parts;
}

void require_role(const Token& token, Roles roles) {
  if ((token.roles & roles) != 0) return;
  throw HttpError(403, "the token " + token.name + " is for " + roles_text(token.roles) +
                           ", and this wants one for " + roles_text(roles));
}

}  // namespace

HttpError no_session() {
  return {401,
          "this is no worker's token: join first, and note that joining again under a name ends the token it "
          "had"};
}

Access::Access(const std::string& join_token, std::filesystem::path file)
    : file_(std::move(file)),
      join_(join_token.empty() ? std::nullopt
                               : std::optional<Token>({"", kAnyRole, sha256_hex(join_token), ""})) {
  read_ = version();
  const auto tokens = read_tokens(file_);
  know(tokens.value_or(std::vector<Token>()));
  open_ = !join_ && !tokens;
}

void Access::know(std::vector<Token> tokens) {
  tokens_ = std::move(tokens);
  if (join_) tokens_.push_back(*join_);
  digests_.clear();
  for (const Token& one : tokens_) digests_.push_back(one.sha256);
}

Access::Version Access::version() const {
  struct stat status {};
  if (::stat(file_.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec, status.st_size};
}

// A file that cannot be read leaves the tokens as they were: nobody gets in for that, and nobody is sent
// away. It is tried again at the next call: what could not be opened for a moment may say who is revoked. One
// that goes away takes its tokens with it, and opens nothing.
void Access::refresh() {
  const Version now = version();
  if (now == read_) return;
  try {
    know(read_tokens(file_).value_or(std::vector<Token>()));
    open_ = false;
    read_ = now;
    trouble_.clear();
  } catch (const Error& error) {
    if (trouble_ != error.what())
      std::fprintf(stderr, "fragagg: %s; going on with the tokens of before\n", error.what());
    trouble_ = error.what();
  }
}

bool Access::open() {
  const std::lock_guard lock(mutex_);
  refresh();
  return open_;
}

std::optional<Token> Access::find(const std::string& token) {
  const std::lock_guard lock(mutex_);
  refresh();
  const auto at = http::find_token(digests_, token);
  return at ? std::optional(tokens_[*at]) : std::nullopt;
}

std::optional<Token> Access::named(const std::string& name) {
  const std::lock_guard lock(mutex_);
  refresh();
  const auto found =
      std::find_if(tokens_.begin(), tokens_.end(), [&](const Token& one) { return one.name == name; });
  return found == tokens_.end() ? std::nullopt : std::optional(*found);
}

void Access::require(const Request& request, Roles roles) {
  if (open()) return;
  const auto token = find(request.bearer_token());
  if (!token) throw HttpError(401, "this needs a token of the aggregator (Authorization: Bearer TOKEN)");
  require_role(*token, roles);
}

bool Access::may_read(const Request& request) {
  return open() || find(request.bearer_token()).has_value();
}

std::string Access::shown_digest(const Request& request) {
  const auto shown = open() ? std::nullopt : find(request.bearer_token());
  return shown ? shown->sha256 : "";
}

bool Access::holds(const std::string& digest) {
  const std::lock_guard lock(mutex_);
  refresh();
  return std::find(digests_.begin(), digests_.end(), digest) != digests_.end();
}

std::string Access::session(const Request& request, const std::string& worker_token) {
  const auto shown = open() ? std::nullopt : find(request.bearer_token());
  return shown ? worker_token + "." + shown->name + "." + tag_of(worker_token, *shown) : worker_token;
}

std::string Access::worker_token(const Request& request, Roles roles) {
  const std::string bearer = request.bearer_token();
  const std::vector<std::string> parts = session_parts(bearer);
  if (open()) return parts.empty() ? bearer : parts[0];
  const auto shown = parts.empty() ? std::nullopt : named(parts[1]);
  if (!shown || !http::equal_secrets(parts[2], tag_of(parts[0], *shown))) throw no_session();
  require_role(*shown, roles);
  return parts[0];
}

std::string Access::client_of(const Request& request) {
  const std::string bearer = request.bearer_token();
  if (bearer.empty() || open()) return request.remote;
  const std::vector<std::string> parts = session_parts(bearer);
  const auto shown = parts.empty() ? find(bearer) : named(parts[1]);
  const bool holds = shown && (parts.empty() || http::equal_secrets(parts[2], tag_of(parts[0], *shown)));
  return holds ? sha256_hex(bearer) : request.remote;
}

}  // namespace frag::aggregator
