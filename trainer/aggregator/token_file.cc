#include "trainer/aggregator/token_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <utility>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/text.h"
#include "libfrag/rounds/fields.h"

namespace frag::aggregator {
namespace {

constexpr std::uint64_t kMostTokenBytes = std::uint64_t{1} << 22;
constexpr std::size_t kMostNameLetters = 64;
constexpr std::size_t kTokenBytes = 24;
constexpr std::array<std::pair<const char*, Role>, 4> kRoleWords{
    {{"worker", kWorker}, {"evaluate", kEvaluate}, {"submit", kSubmit}, {"read", kRead}}};

std::string role_words() {
  std::vector<std::string> words;
  for (const auto& [word, role] : kRoleWords) words.emplace_back(word);
  return join(words, ", ");
}

Roles roles_of(const std::vector<std::string>& words) {
  Roles roles = 0;
  for (const std::string& word : words) {
    const auto found = std::find_if(kRoleWords.begin(), kRoleWords.end(),
                                    [&](const auto& one) { return one.first == word; });
    if (found == kRoleWords.end())
      throw Error(Errc::usage, "\"" + word + "\" is no role; they are " + role_words());
    roles |= found->second;
  }
  return roles;
}

std::vector<std::string> words_of(Roles roles) {
  std::vector<std::string> words;
  for (const auto& [word, role] : kRoleWords) {
    if ((roles & role) != 0) words.emplace_back(word);
  }
  return words;
}

bool is_token_name(const std::string& name) {
  const auto fits = [](unsigned char letter) {
    return letter < 128 && (std::isalnum(letter) != 0 || letter == '-' || letter == '_');
  };
  return !name.empty() && name.size() <= kMostNameLetters && std::all_of(name.begin(), name.end(), fits);
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

Token token_from_json(const Json& json, const std::string& what) {
  const rounds::Fields fields(json, what);
  fields.refuse_others({"name", "roles", "sha256", "added"});
  Token token;
  token.name = fields.text("name");
  if (!is_token_name(token.name)) fields.fail("name", "is no name of a token");
  try {
    token.roles = roles_of(fields.texts("roles"));
  } catch (const Error& error) {
    fields.fail("roles", error.what());
  }
  token.sha256 = fields.digest("sha256");
  token.added = fields.text("added");
  return token;
}

// Held while the file is read, changed and replaced, so that of two who add at once neither is lost.
class TokenLock {
 public:
  explicit TokenLock(const std::filesystem::path& file) {
    const std::filesystem::path path = file.string() + ".lock";
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ < 0) throw_errno("open", path);
    if (::flock(fd_, LOCK_EX) != 0) {
      ::close(fd_);
      throw_errno("lock", path);
    }
  }
  ~TokenLock() { ::close(fd_); }
  TokenLock(const TokenLock&) = delete;
  TokenLock& operator=(const TokenLock&) = delete;

 private:
  int fd_ = -1;
};

void write_tokens(const std::filesystem::path& file, const std::vector<Token>& tokens) {
  write_file_atomic(file, to_json(tokens).dump(1) + "\n");
}

auto token_named(std::vector<Token>& tokens, const std::string& name) {
  return std::find_if(tokens.begin(), tokens.end(), [&](const Token& one) { return one.name == name; });
}

}  // namespace

Roles roles_from_text(const std::string& text) {
  return roles_of(split_text(text, ','));
}

std::string roles_text(Roles roles) {
  return join(words_of(roles), ",");
}

Json to_json(const std::vector<Token>& tokens) {
  Json list = Json::array();
  for (const Token& token : tokens) {
    list.push_back({{"name", token.name},
                    {"roles", words_of(token.roles)},
                    {"sha256", token.sha256},
                    {"added", token.added}});
  }
  return {{"tokens", std::move(list)}};
}

std::vector<Token> tokens_from_json(const Json& json, const std::string& what) {
  const rounds::Fields fields(json, what);
  fields.refuse_others({"tokens"});
  const Json& list = fields.at("tokens");
  if (!list.is_array()) fields.fail("tokens", "is no list");
  std::vector<Token> tokens;
  for (const Json& one : list) {
    tokens.push_back(token_from_json(one, what + ": token " + std::to_string(tokens.size() + 1)));
    if (token_named(tokens, tokens.back().name) != tokens.end() - 1)
      fields.fail("tokens", "has two tokens named " + tokens.back().name);
  }
  return tokens;
}

std::optional<std::vector<Token>> read_tokens(const std::filesystem::path& file) {
  std::string text;
  try {
    text = read_file(file, kMostTokenBytes);
  } catch (const Error& error) {
    if (error.code() == Errc::not_found) return std::nullopt;
    throw;
  }
  return tokens_from_json(parse_json(text, file.string()), file.string());
}

std::string add_token(const std::filesystem::path& file, const std::string& name, Roles roles) {
  if (!is_token_name(name)) {
    throw Error(Errc::usage, "\"" + name + "\" is no name for a token: 1 to " +
                                 std::to_string(kMostNameLetters) + " letters, digits, - and _");
  }
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (error)
    throw Error(Errc::io, "create directory " + file.parent_path().string() + ": " + error.message());
  const TokenLock lock(file);
  std::vector<Token> tokens = read_tokens(file).value_or(std::vector<Token>());
  if (token_named(tokens, name) != tokens.end())
    throw Error(Errc::refused,
                "there is a token named " + name + "; revoke it first, or choose another name");
  const std::string token = random_hex(kTokenBytes);
  tokens.push_back({name, roles, sha256_hex(token), utc_now()});
  write_tokens(file, tokens);
  return token;
}

void revoke_token(const std::filesystem::path& file, const std::string& name) {
  if (!std::filesystem::exists(file))
    throw Error(Errc::not_found, file.string() + ": no token was ever added here");
  const TokenLock lock(file);
  std::vector<Token> tokens = read_tokens(file).value_or(std::vector<Token>());
  const auto found = token_named(tokens, name);
  if (found == tokens.end())
    throw Error(Errc::not_found, "there is no token named " + name + "; fragagg token list shows them");
  tokens.erase(found);
  write_tokens(file, tokens);
}

}  // namespace frag::aggregator
