// The tokens that an operator gave out, in a file of the state directory: names, roles and SHA-256 digests,
// never a token.
//
//   {"tokens": [{"name": "bench-3", "roles": ["worker"], "sha256": "...", "added": "2026-05-04T09:12:00Z"}]}
//
// Where the file exists, tokens are asked for, also where it holds none any more. `fragagg token` replaces it
// whole, beside a running fragagg, which reads it anew when it has changed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/base/json.h"

namespace frag::aggregator {

// What a token is for; any of them may read. The values are bits of a set.
enum Role : unsigned { kWorker = 1, kEvaluate = 2, kSubmit = 4, kRead = 8 };
using Roles = unsigned;
inline constexpr Roles kAnyRole = kWorker | kEvaluate | kSubmit | kRead;

// "worker,submit" and back. Errc::usage for another word, or none.
Roles roles_from_text(const std::string& text);
std::string roles_text(Roles roles);

struct Token {
  std::string name;
  Roles roles = kWorker;
  std::string sha256;
  std::string added;  // UTC, as ISO 8601 writes it

  bool operator==(const Token&) const = default;
};

Json to_json(const std::vector<Token>& tokens);
// Errc::bad_input that names `what`, the token and the key.
std::vector<Token> tokens_from_json(const Json& json, const std::string& what);

// nullopt where there is no file; errors as above, and Errc::io.
std::optional<std::vector<Token>> read_tokens(const std::filesystem::path& file);

// A new token of that name, which is nowhere to be read again. Errc::usage where the name has other letters
// than a-z, A-Z, 0-9, "-" and "_" or more than 64 of them, Errc::refused where it is taken. The directory is
// made where it is missing.
std::string add_token(const std::filesystem::path& file, const std::string& name, Roles roles);
// Errc::not_found where there is none of that name.
void revoke_token(const std::filesystem::path& file, const std::string& name);

}  // namespace frag::aggregator
