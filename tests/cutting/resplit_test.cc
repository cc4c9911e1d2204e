#include <catch2/catch.hpp>
#include <set>

#include "libfrag/base/file.h"
#include "libfrag/cutting/sides.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/layout.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::TempDir;

TEST_CASE("a new split changes the table alone: fragments, ids and store stay") {
  const TempDir dir;
  const auto path = test::small_dataset(dir);
  const DatasetFolder before(path);
  const std::string store = read_file(path / shard_file(0));
  ResplitOptions options;
  options.seed = 5;
  const std::string id = resplit(path, options);
  const DatasetFolder after(path);
  CHECK(after.catalog().id() == id);
  CHECK(after.catalog().parent() == before.catalog().id());
  CHECK(after.catalog().fragments() == before.catalog().fragments());
  CHECK(read_file(path / shard_file(0)) == store);
}

TEST_CASE("folds are named fold0, fold1, ... and hold every source once") {
  const TempDir dir;
  const auto path = test::small_dataset(dir);
  ResplitOptions options;
  options.folds = 4;
  resplit(path, options);
  CHECK(DatasetFolder(path).catalog().splits() ==
        std::vector<std::string>{"fold0", "fold1", "fold2", "fold3"});
}

TEST_CASE("a split that changes nothing leaves the dataset its id") {
  const TempDir dir;
  const auto path = test::small_dataset(dir);
  const std::string id = DatasetFolder(path).catalog().id();
  ResplitOptions options;
  options.split = DatasetFolder(path).catalog().recipe().split;
  CHECK(resplit(path, options) == id);
  options.split = "train";
  CHECK(resplit(path, options) != id);
  CHECK(DatasetFolder(path).catalog().splits() == std::vector<std::string>{"train"});
}

TEST_CASE("a dataset split into folds can be split back") {
  const TempDir dir;
  const auto path = test::small_dataset(dir);
  ResplitOptions options;
  options.folds = 2;
  resplit(path, options);
  options.folds.reset();
  options.split = "50/50";
  resplit(path, options);
  CHECK(DatasetFolder(path).catalog().splits() == std::vector<std::string>{"train", "test"});
}

TEST_CASE("a split into folds with another seed stays one into folds") {
  const TempDir dir;
  const auto path = test::small_dataset(dir);
  ResplitOptions options;
  options.folds = 3;
  resplit(path, options);
  options.folds.reset();
  options.seed = 9;
  resplit(path, options);
  CHECK(DatasetFolder(path).catalog().splits() == std::vector<std::string>{"fold0", "fold1", "fold2"});
}

TEST_CASE("a new group rule groups anew, and groups stay together") {
  const TempDir dir;
  const auto path = test::small_dataset(dir, 2, 6);
  ResplitOptions options;
  options.group = "(\\d)\\.png";  // the number of the picture, over both classes
  options.split = "50/50";
  resplit(path, options);
  std::map<std::string, std::set<std::string>> sides;
  const DatasetFolder folder(path);
  for (const Source& source : folder.catalog().sources()) sides[source.group].insert(source.split);
  CHECK(sides.size() == 6);
  for (const auto& [group, names] : sides) CHECK(names.size() == 1);
}

TEST_CASE("a split that is not possible changes nothing") {
  const TempDir dir;
  const auto path = test::small_dataset(dir);
  const std::string id = DatasetFolder(path).catalog().id();
  ResplitOptions options;
  options.folds = 50;
  CHECK_THROWS_AS(resplit(path, options), Error);
  CHECK(DatasetFolder(path).catalog().id() == id);
}
