#include "libfrag/http/bearer.h"

#include "libfrag/base/digest.h"

namespace frag::http {

bool equal_secrets(const std::string& one, const std::string& other) {
  if (one.size() != other.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < one.size(); ++i)
    difference |= static_cast<unsigned>(static_cast<unsigned char>(one[i] ^ other[i]));
  return difference == 0;
}

std::optional<std::size_t> find_token(const std::vector<std::string>& digests, const std::string& token) {
  const std::string given = sha256_hex(token);
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < digests.size(); ++i) {
    if (equal_secrets(digests[i], given)) found = i;
  }
  return found;
}

}  // namespace frag::http
