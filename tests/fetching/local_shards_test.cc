#include "libfrag/fetching/local_shards.h"

#include "libfrag/base/file.h"
#include "libfrag/cutting/pack.h"
#include "tests/fetching/tar_file.h"

using namespace frag;
using frag::test::error_of;
using frag::test::TempDir;
using frag::test::write_tar;

namespace {

std::vector<std::string> names_of(const std::vector<LocalShard>& shards) {
  std::vector<std::string> names;
  for (const LocalShard& shard : shards) names.push_back(shard.tar.filename().string());
  return names;
}

PackManifest pack_small(const TempDir& dir, const std::string& name, std::uint64_t seed = 1) {
  PackOptions options;
  options.dataset = test::small_dataset(dir, 2, 4, seed);
  options.folder = dir / name;
  options.count = 8;
  return pack(options).manifest;
}

}  // namespace

TEST_CASE("a folder of tars, a pattern and a tar are shards, a dataset is none") {
  const TempDir dir;
  write_tar(dir / "tars/a.tar", {});
  CHECK(names_shards((dir / "tars").string()));
  CHECK(names_shards("train-{000..146}.tar"));
  CHECK(names_shards("a.tar.gz"));
  CHECK_FALSE(names_shards(dir.path().string()));
  CHECK_FALSE(names_shards((dir / "absent").string()));
  CHECK_FALSE(names_shards(test::small_dataset(dir).string()));
}

TEST_CASE("tars come by name, in whatever order they are named") {
  const TempDir dir;
  for (const char* name : {"z/0.tar", "tars/b.tar", "tars/a.tar", "x-1.tar", "x-0.tar"})
    write_tar(dir / name, {});
  test::write_text(dir / "tars/a.txt", "");
  const auto shards =
      find_shards({(dir / "z/0.tar").string(), (dir / "tars").string(), (dir / "x-{0..1}.tar").string()});
  CHECK(names_of(shards) == std::vector<std::string>{"0.tar", "a.tar", "b.tar", "x-0.tar", "x-1.tar"});
}

TEST_CASE("the name of a tar says its split") {
  const TempDir dir;
  const std::vector<std::pair<std::string, std::string>> names = {{"train-000000", "train"},
                                                                  {"imagenet-val-000017", "val"},
                                                                  {"Validation_3", "val"},
                                                                  {"fold3-000000", "fold3"},
                                                                  {"contest-0", ""}};
  for (const auto& [name, split] : names) {
    write_tar(dir / (name + ".tar"), {});
    CHECK(find_shards({(dir / (name + ".tar")).string()}).front().split == split);
  }
}

TEST_CASE("of an export all shards are found, with what pack.json says of them") {
  const TempDir dir;
  const PackManifest manifest = pack_small(dir, "p");
  write_tar(dir / "p/stray.tar", {});
  const auto shards = find_shards({(dir / "p").string()});
  REQUIRE(shards.size() == manifest.shards.size());
  for (const LocalShard& shard : shards) {
    CHECK(shard.stated != nullptr);
    CHECK_FALSE(shard.index.empty());
  }
  std::filesystem::remove(dir / "p/val-000000.tar");
  const Error error = error_of([&] { find_shards({(dir / "p").string()}); });
  CHECK(error.code() == Errc::not_found);
  CHECK_THAT(error.what(), Catch::Contains("val-000000.tar"));
}

TEST_CASE("an export that is unfinished is refused with the way to finish it") {
  const TempDir dir;
  PackManifest manifest = pack_small(dir, "p");
  manifest.complete = false;
  test::write_text(dir / "p/pack.json", encode(manifest));
  const Error error = error_of([&] { find_shards({(dir / "p").string()}); });
  CHECK(error.code() == Errc::refused);
  CHECK_THAT(error.what(), Catch::Contains("frag pack again"));
}

TEST_CASE("shards of two exports do not go together") {
  const TempDir dir;
  pack_small(dir, "p", 1);
  pack_small(dir, "q", 2);
  write_tar(dir / "other.tar", {});
  const std::string p = (dir / "p").string(), q = (dir / "q").string(), other = (dir / "other.tar").string();
  CHECK(error_of([&] { find_shards({p, q}); }).code() == Errc::refused);
  CHECK(error_of([&] { find_shards({p, other}); }).code() == Errc::refused);
}

TEST_CASE("a tar that is compressed, absent or named twice is refused") {
  const TempDir dir;
  write_tar(dir / "a.tar", {});
  const std::string a = (dir / "a.tar").string(), there = dir.path().string();
  CHECK_THAT(error_of([&] { find_shards({there + "/a.tar.gz"}); }).what(), Catch::Contains("gunzip"));
  CHECK(error_of([&] { find_shards({there + "/a-{0..1}.tar"}); }).code() == Errc::not_found);
  CHECK(error_of([&] { find_shards({a, there + "/./a.tar"}); }).code() == Errc::usage);
}
