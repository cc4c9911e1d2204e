// Digests: SHA-256 where trust hangs on it, XXH3-128 where only transport, storage or decoding is compared.
//
// All functions are pure and may be called from any thread; a Sha256 or Xxh3 object belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace frag {

// SHA-256 over bytes as they come.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);
  // 64 lower-case hexadecimal digits. The object is spent afterwards.
  std::string hex();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Two lower-case hexadecimal digits a byte.
std::string hex_of(std::string_view bytes);

// SHA-256 of `bytes`: 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

// The same of `count` bytes of a file from `offset`, piece by piece.
class FileReader;
std::string sha256_of(const FileReader& file, std::uint64_t offset, std::uint64_t count);

// The first eight bytes of SHA-256 of `text`, little-endian: how every key of the sampling algorithm is made.
std::uint64_t sha256_word(std::string_view text);

// XXH3, 128 bits, seed 0, canonical (big-endian) form: 32 lower-case hexadecimal digits.
std::string xxh3_128_hex(std::string_view bytes);

// The same over bytes as they come.
class Xxh3 {
 public:
  Xxh3();
  ~Xxh3();
  Xxh3(Xxh3&&) noexcept;
  Xxh3& operator=(Xxh3&&) noexcept;

  void update(std::string_view bytes);
  std::string hex() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// `count` random bytes from the system, as hexadecimal digits: for tokens and ids, never for sampling.
std::string random_hex(std::size_t count);

}  // namespace frag
