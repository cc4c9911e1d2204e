#include "libfrag/base/signature.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <array>
#include <memory>
#include <optional>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSignatureBytes = 64;

template <auto free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;

template <class Read>
Key read_key(const fs::path& path, const char* half, Read read) {
  const std::string text = read_file(path);
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  Key key(read(bio.get(), nullptr, nullptr, nullptr));
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) {
    throw Error(Errc::bad_input, path.string() + ": is no Ed25519 " + half +
                                     " key in PEM; make a pair with frag sign --new-key FILE");
  }
  return key;
}

int digit_of(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

std::optional<std::array<unsigned char, kSignatureBytes>> bytes_of(std::string_view hex) {
  std::array<unsigned char, kSignatureBytes> bytes{};
  while (!hex.empty() && (hex.back() == '\n' || hex.back() == '\r')) hex.remove_suffix(1);
  if (hex.size() != 2 * kSignatureBytes) return std::nullopt;
  for (std::size_t i = 0; i < kSignatureBytes; ++i) {
    const int high = digit_of(hex[2 * i]), low = digit_of(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<unsigned char>(16 * high + low);
  }
  return bytes;
}

const unsigned char* data_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string pem_of(EVP_PKEY* key, bool private_half) {
  const Bio bio(BIO_new(BIO_s_mem()));
  const int written = private_half
                          ? PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr)
                          : PEM_write_bio_PUBKEY(bio.get(), key);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  if (written != 1 || size <= 0) throw Error(Errc::internal, "OpenSSL does not write the key");
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

std::string sign(std::string_view message, const fs::path& key_file) {
  const Key key = read_key(key_file, "private", PEM_read_bio_PrivateKey);
  const Context context(EVP_MD_CTX_new());
  std::array<unsigned char, kSignatureBytes> signature{};
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, data_of(message), message.size()) != 1) {
    throw Error(Errc::internal, "OpenSSL does not sign");
  }
  return hex_of({reinterpret_cast<const char*>(signature.data()), size}) + "\n";
}

void verify_signature(std::string_view message, std::string_view signature, const fs::path& public_key) {
  const Key key = read_key(public_key, "public", PEM_read_bio_PUBKEY);
  if (signature.empty())
    throw Error(Errc::refused, "nobody has signed the dataset; its owner can, with frag sign");
  const auto bytes = bytes_of(signature);
  const Context context(EVP_MD_CTX_new());
  const bool good =
      bytes && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), bytes->data(), bytes->size(), data_of(message), message.size()) == 1;
  if (!good) {
    throw Error(Errc::refused, "the signature of the dataset is not by the key in " + public_key.string() +
                                   ": it was changed, or signed by somebody else");
  }
}

void make_key_pair(const fs::path& path) {
  const fs::path public_path = path.string() + ".pub";
  for (const fs::path& one : {path, public_path}) {
    if (fs::exists(one)) throw Error(Errc::usage, one.string() + ": exists already; choose another name");
  }
  const KeyContext context(EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nullptr));
  EVP_PKEY* made = nullptr;
  if (!context || EVP_PKEY_keygen_init(context.get()) != 1 || EVP_PKEY_keygen(context.get(), &made) != 1)
    throw Error(Errc::internal, "OpenSSL makes no key");
  const Key key(made);
  const mode_t old = ::umask(0077);
  try {
    write_file_atomic(path, pem_of(key.get(), true));
  } catch (...) {
    ::umask(old);
    throw;
  }
  ::umask(old);
  write_file_atomic(public_path, pem_of(key.get(), false));
}

}  // namespace frag
