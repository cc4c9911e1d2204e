#include "libfrag/http/forwarded.h"

#include "libfrag/base/text.h"

namespace frag::http {
namespace {

// An address has at most this many characters, IPv6 with a zone included.
constexpr std::size_t kMostAddress = 64;

}  // namespace

std::string client_address(const Request& request, const std::set<std::string>& trusted) {
  if (!trusted.contains(request.remote)) return request.remote;
  const auto chain = split_text(request.header("x-forwarded-for").value_or(""), ',');
  for (auto one = chain.rbegin(); one != chain.rend(); ++one) {
    const std::string address(trimmed(*one));
    if (!address.empty() && address.size() <= kMostAddress && !trusted.contains(address)) return address;
  }
  return request.remote;
}

}  // namespace frag::http
