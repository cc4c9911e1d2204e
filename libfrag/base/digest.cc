#include "libfrag/base/digest.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <vector>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"

namespace frag {
namespace {

std::string canonical_hex(XXH128_hash_t hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  return hex_of({reinterpret_cast<const char*>(canonical.digest), sizeof canonical.digest});
}

void require(int openssl_result) {
  if (openssl_result != 1) throw Error(Errc::internal, "OpenSSL refused a digest operation");
}

}  // namespace

std::string hex_of(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    out.push_back(kDigits[static_cast<unsigned char>(byte) >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

struct Sha256::Impl {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};

  std::array<unsigned char, 32> finish() {
    std::array<unsigned char, 32> digest{};
    require(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr));
    return digest;
  }
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {
  require(EVP_DigestInit_ex(impl_->context.get(), EVP_sha256(), nullptr));
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  require(EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()));
}

std::string Sha256::hex() {
  const auto digest = impl_->finish();
  return hex_of({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 sha;
  sha.update(bytes);
  return sha.hex();
}

std::string sha256_of(const FileReader& file, std::uint64_t offset, std::uint64_t count) {
  constexpr std::uint64_t kPiece = std::uint64_t{1} << 22;
  Sha256 digest;
  for (std::uint64_t done = 0; done < count; done += kPiece)
    digest.update(file.read(offset + done, std::min(kPiece, count - done)));
  return digest.hex();
}

std::uint64_t sha256_word(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  require(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr));
  std::uint64_t word = 0;
  for (int i = 7; i >= 0; --i) word = word << 8 | digest[static_cast<std::size_t>(i)];
  return word;
}

std::string xxh3_128_hex(std::string_view bytes) {
  return canonical_hex(XXH3_128bits(bytes.data(), bytes.size()));
}

struct Xxh3::Impl {
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state{XXH3_createState(), XXH3_freeState};
};

Xxh3::Xxh3() : impl_(std::make_unique<Impl>()) {
  XXH3_128bits_reset(impl_->state.get());
}
Xxh3::~Xxh3() = default;
Xxh3::Xxh3(Xxh3&&) noexcept = default;
Xxh3& Xxh3::operator=(Xxh3&&) noexcept = default;

void Xxh3::update(std::string_view bytes) {
  XXH3_128bits_update(impl_->state.get(), bytes.data(), bytes.size());
}

std::string Xxh3::hex() const {
  return canonical_hex(XXH3_128bits_digest(impl_->state.get()));
}

std::string random_hex(std::size_t count) {
  std::vector<unsigned char> bytes(count);
  require(RAND_bytes(bytes.data(), static_cast<int>(count)));
  return hex_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace frag
