#include "libfrag/base/digest.h"

#include <catch2/catch.hpp>

using namespace frag;

TEST_CASE("SHA-256 of abc is the one of FIPS 180-4") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("SHA-256 in pieces equals SHA-256 at once") {
  Sha256 sha;
  sha.update("a");
  sha.update("");
  sha.update("bc");
  CHECK(sha.hex() == sha256_hex("abc"));
}

TEST_CASE("a key word is the first eight bytes of the digest, little-endian") {
  CHECK(sha256_word("abc") == 0xeacf018fbf1678baULL);
}

TEST_CASE("XXH3-128 of nothing is the one its authors publish") {
  CHECK(xxh3_128_hex("") == "99aa06d3014798d86001c324468d497f");
}

TEST_CASE("XXH3-128 in pieces equals XXH3-128 at once") {
  Xxh3 hash;
  hash.update("frag");
  hash.update("ment");
  CHECK(hash.hex() == xxh3_128_hex("fragment"));
}
