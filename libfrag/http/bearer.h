// Which of the tokens that a server knows a request shows. Servers keep SHA-256 digests, never tokens.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace frag::http {

// The place of `token` among the SHA-256 `digests` of tokens (64 lower-case hexadecimal digits each). Takes
// the same time whichever token is given: all digests are compared, to their ends.
std::optional<std::size_t> find_token(const std::vector<std::string>& digests, const std::string& token);

// Equal texts, in a time that depends on their lengths alone.
bool equal_secrets(const std::string& one, const std::string& other);

}  // namespace frag::http
