#include "libfrag/fetching/mirror_copy.h"

#include <catch2/catch.hpp>

#include "libfrag/base/file.h"
#include "libfrag/base/signature.h"
#include "libfrag/cutting/verify.h"
#include "tests/fetching/test_mirror.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::TempDir;
using frag::test::TestMirror;

namespace fs = std::filesystem;

namespace {

MirrorCopy copy_from(const std::vector<std::string>& urls, const fs::path& folder,
                     const std::string& trust = "") {
  MirrorsOptions options;
  options.trust = trust;
  return copy_dataset(
      Mirrors(urls, options), folder, [](std::uint64_t) {}, [](std::uint64_t) {});
}

void sign_dataset(const fs::path& dataset, const fs::path& key) {
  test::write_text(dataset / kSignatureFile, sign(read_file(dataset / "dataset.json"), key));
}

}  // namespace

TEST_CASE("a copy is the dataset, and the second time nothing is to be done") {
  const TempDir dir;
  const TestMirror mirror(test::small_dataset(dir));
  const MirrorCopy first = copy_from({mirror.url()}, dir / "copy"),
                   second = copy_from({mirror.url()}, dir / "copy");
  CHECK(first.changed);
  CHECK(first.fetched_bytes > 0);
  CHECK_FALSE(second.changed);
  CHECK(second.fetched_bytes == 0);
  CHECK(verify(dir / "copy", PixelCheck::skip).whole());
}

TEST_CASE("a copy becomes the new dataset, and what is no dataset is left alone") {
  const TempDir dir;
  const TestMirror old(test::small_dataset(dir, 2, 4, 1)), grown(test::small_dataset(dir, 2, 4, 2));
  copy_from({old.url()}, dir / "copy");
  CHECK(copy_from({grown.url()}, dir / "copy").changed);
  CHECK(read_file(dir / "copy/dataset.json") == read_file(dir / "dataset2/dataset.json"));
  CHECK_FALSE(fs::exists(dir / "copy.part"));
  test::write_text(dir / "letters/dear.txt", "...");
  CHECK(error_of([&] { copy_from({old.url()}, dir / "letters"); }).code() == Errc::usage);
  CHECK(fs::exists(dir / "letters/dear.txt"));
}

TEST_CASE("what an interrupted copy left is kept where it is right, and fetched again where it is not") {
  const TempDir dir;
  const fs::path dataset = test::small_dataset(dir);
  const TestMirror mirror(dataset);
  const std::string shard = read_file(dataset / "store/00000.tar");
  const fs::path left = dir / "copy.part/store/00000.tar";
  test::write_text(left, shard);
  CHECK(copy_from({mirror.url()}, dir / "copy").fetched_bytes == 0);
  fs::remove_all(dir / "copy");
  for (const std::string& wrong : {std::string(shard.size(), 'x'), shard.substr(0, shard.size() / 2)}) {
    test::write_text(left, wrong);
    test::write_text(dir / "copy.part" / kSignatureFile, "of something else");
    CHECK(copy_from({mirror.url()}, dir / "copy").fetched_bytes == shard.size());
    CHECK(read_file(dir / "copy/store/00000.tar") == shard);
    CHECK_FALSE(fs::exists(dir / "copy" / kSignatureFile));
    fs::remove_all(dir / "copy");
  }
}

TEST_CASE("a copy takes the signature that came after it, and gives its own up for a trusted one alone") {
  const TempDir dir;
  const fs::path dataset = test::small_dataset(dir);
  make_key_pair(dir / "one.key");
  make_key_pair(dir / "two.key");
  copy_from({TestMirror(dataset).url()}, dir / "copy");
  CHECK_FALSE(fs::exists(dir / "copy" / kSignatureFile));
  const auto copied = [&] { return read_file(dir / "copy" / kSignatureFile); };
  sign_dataset(dataset, dir / "one.key");
  const std::string first = read_file(dataset / kSignatureFile);
  copy_from({TestMirror(dataset).url()}, dir / "copy");
  CHECK(copied() == first);
  sign_dataset(dataset, dir / "two.key");
  copy_from({TestMirror(dataset).url()}, dir / "copy");
  CHECK(copied() == first);
  copy_from({TestMirror(dataset).url()}, dir / "copy", dir / "two.key.pub");
  CHECK(copied() == read_file(dataset / kSignatureFile));
}

TEST_CASE("a mirror with somebody else's signature is named, and that of another is taken") {
  const TempDir dir;
  const fs::path dataset = test::small_dataset(dir);
  fs::copy(dataset, dir / "forged", fs::copy_options::recursive);
  make_key_pair(dir / "owner.key");
  make_key_pair(dir / "other.key");
  sign_dataset(dataset, dir / "owner.key");
  sign_dataset(dir / "forged", dir / "other.key");
  const TestMirror forged(dir / "forged"), right(dataset);
  const MirrorCopy copy = copy_from({forged.url(), right.url()}, dir / "copy", dir / "owner.key.pub");
  CHECK(read_file(dir / "copy" / kSignatureFile) == read_file(dataset / kSignatureFile));
  REQUIRE(copy.notes.size() == 1);
  CHECK(copy.notes[0].find(forged.url()) != std::string::npos);
  CHECK(error_of([&] { copy_from({forged.url()}, dir / "x", dir / "owner.key.pub"); }).code() ==
        Errc::refused);
}
