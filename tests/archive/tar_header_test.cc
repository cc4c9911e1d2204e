#include "libfrag/archive/tar_header.h"

#include <catch2/catch.hpp>

#include "libfrag/archive/tar.h"
#include "tests/support/support.h"

using namespace frag;

TEST_CASE("members laid out by hand are TarWriter's, byte for byte") {
  std::string written, laid_out;
  TarWriter tar([&written](std::string_view piece) { written += piece; });
  for (const std::size_t size : {0, 1, 511, 512, 513, 70000}) {
    for (const std::string& name :
         {std::string("a"), std::string("000000000017-r42.json"), std::string(100, 'n')}) {
      const std::string data(size, 'd');
      tar.add(name, data);
      append_tar_header(laid_out, name, size);
      const std::size_t start = laid_out.size();
      laid_out += data;
      append_tar_padding(laid_out, start);
    }
  }
  tar.finish();
  laid_out.append(kTarEndBytes, '\0');
  CHECK(laid_out == written);
}

TEST_CASE("names and sizes that ustar cannot hold are refused") {
  std::string out;
  CHECK(test::error_of([&] { append_tar_header(out, "", 1); }).code() == Errc::internal);
  CHECK(test::error_of([&] { append_tar_header(out, std::string(101, 'n'), 1); }).code() == Errc::internal);
  CHECK(test::error_of([&] { append_tar_header(out, "n", std::uint64_t{1} << 33); }).code() ==
        Errc::internal);
}
