#include "libfrag/split/assign.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "libfrag/base/error.h"
#include "libfrag/base/random.h"

using namespace frag;

namespace {

const std::vector<std::string> kClasses = {"a", "b", "c", "d", "e"};

// Random groups of several sources; some groups hold sources of two classes.
std::vector<SplitItem> random_items(SplitMix64& random, std::size_t classes, std::size_t groups_a_class) {
  std::vector<SplitItem> items;
  for (std::uint32_t c = 0; c < classes; ++c) {
    for (std::size_t g = 0; g < groups_a_class; ++g) {
      const std::string group = "g" + std::to_string(c) + "-" + std::to_string(g);
      const std::uint64_t sources = 1 + random.below(4);
      for (std::uint64_t i = 0; i < sources; ++i) items.push_back({group, c, 100 + random.below(50)});
      if (random.below(10) == 0) items.push_back({group, (c + 1) % static_cast<std::uint32_t>(classes), 1});
    }
  }
  return items;
}

}  // namespace

TEST_CASE("no group lies on two sides, whatever the groups") {
  SplitMix64 random(31);
  for (int trial = 0; trial < 200; ++trial) {
    const auto items = random_items(random, 1 + random.below(5), 3 + random.below(20));
    const auto chosen = assign_sides(items, parse_split("70/15/15"), random.next(), kClasses);
    std::map<std::string, std::uint32_t> side_of;
    for (std::size_t i = 0; i < items.size(); ++i) {
      REQUIRE(side_of.emplace(items[i].group, chosen[i]).first->second == chosen[i]);
    }
  }
}

TEST_CASE("every side holds every class") {
  SplitMix64 random(32);
  for (int trial = 0; trial < 200; ++trial) {
    const std::size_t classes = 1 + random.below(5);
    const auto items = random_items(random, classes, 3 + random.below(4));
    const auto chosen = assign_sides(items, parse_split("90/5/5"), random.next(), kClasses);
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
    for (std::size_t i = 0; i < items.size(); ++i) seen.emplace(chosen[i], items[i].class_number);
    REQUIRE(seen.size() >= classes * 3);
  }
}

TEST_CASE("with many groups the shares of fragments come close to those asked for, in every class") {
  SplitMix64 random(33);
  const auto items = random_items(random, 4, 60);
  const auto sides = parse_split("70/15/15");
  const auto chosen = assign_sides(items, sides, 5, kClasses);
  std::map<std::uint32_t, std::map<std::uint32_t, double>> fragments;
  std::map<std::uint32_t, double> total;
  for (std::size_t i = 0; i < items.size(); ++i) {
    fragments[items[i].class_number][chosen[i]] += static_cast<double>(items[i].fragments);
    total[items[i].class_number] += static_cast<double>(items[i].fragments);
  }
  for (const auto& [number, by_side] : fragments) {
    for (const auto& [side, count] : by_side)
      CHECK(count / total[number] == Approx(sides[side].share).margin(0.03));
  }
}

TEST_CASE("the seed decides, and nothing else") {
  SplitMix64 random(34);
  const auto items = random_items(random, 3, 20);
  const auto sides = parse_split("80/20");
  CHECK(assign_sides(items, sides, 1, kClasses) == assign_sides(items, sides, 1, kClasses));
  CHECK(assign_sides(items, sides, 1, kClasses) != assign_sides(items, sides, 2, kClasses));
}

TEST_CASE("k folds are equal within a group, and each holds every class") {
  std::vector<SplitItem> items;
  for (std::uint32_t c = 0; c < 2; ++c) {
    for (int g = 0; g < 10; ++g) items.push_back({"c" + std::to_string(c) + "g" + std::to_string(g), c, 100});
  }
  const auto chosen = assign_sides(items, make_folds(5), 3, kClasses);
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> count;
  for (std::size_t i = 0; i < items.size(); ++i) ++count[{items[i].class_number, chosen[i]}];
  CHECK(count.size() == 10);
  for (const auto& [cell, groups] : count) CHECK(groups == 2);
}

TEST_CASE("a class with fewer groups than sides cannot be split, and says so") {
  const std::vector<SplitItem> items = {{"x", 0, 10}, {"y", 0, 10}, {"p", 1, 1}, {"q", 1, 1}, {"r", 1, 1}};
  CHECK_THROWS_WITH(assign_sides(items, parse_split("70/15/15"), 1, kClasses),
                    Catch::Contains("\"a\"") && Catch::Contains("2 groups") && Catch::Contains("3 sides"));
}

TEST_CASE("shares are read in any unit, and a middle zero leaves val out") {
  CHECK(parse_split("7/1.5/1.5").size() == 3);
  CHECK(parse_split("80/0/20").size() == 2);
  CHECK(parse_split("80/20")[1].name == "test");
  for (const char* wrong : {"", "0", "0/0/0", "none", "a/b", "70/-15/45", "1/2/3/4", "trian"}) {
    INFO(wrong);
    CHECK_THROWS_AS(parse_split(wrong), Error);
  }
}

TEST_CASE("one side alone is a split: by its name, or by zeros for the others") {
  const std::vector<std::pair<const char*, std::string>> ways = {{"train", "train"},   {"100", "train"},
                                                                 {"100/0/0", "train"}, {"val", "val"},
                                                                 {"test", "test"},     {"0/0/1", "test"}};
  for (const auto& [text, name] : ways) {
    INFO(text);
    const auto sides = parse_split(text);
    REQUIRE(sides.size() == 1);
    CHECK(sides[0].name == name);
    CHECK(sides[0].share == 1);
    CHECK(assign_sides(std::vector<SplitItem>{{"only", 0, 1}}, sides, 1, kClasses) ==
          std::vector<std::uint32_t>{0});
  }
}

TEST_CASE("the way out of too few groups is a split that works") {
  const std::vector<SplitItem> one = {{"x", 0, 10}}, two = {{"x", 0, 10}, {"y", 0, 10}};
  for (const char* split : {"70/15/15", "80/20", "5 folds"})
    CHECK_THROWS_WITH(assign_sides(one, parse_split(split), 1, kClasses), Catch::Contains("--split train"));
  CHECK_THROWS_WITH(assign_sides(two, parse_split("70/15/15"), 1, kClasses),
                    Catch::Contains("--split 80/20"));
  CHECK_THROWS_WITH(assign_sides(two, parse_split("5 folds"), 1, kClasses),
                    Catch::Contains("--split \"2 folds\""));
}

TEST_CASE("per cent that do not sum to 100 are spelt out, ratios are not") {
  CHECK(note_on_shares("70/15") == "the shares 70/15 sum to 85, so they count as 82.4/17.6 per cent");
  CHECK(note_on_shares("70/20/20") ==
        "the shares 70/20/20 sum to 110, so they count as 63.6/18.2/18.2 per cent");
  for (const char* fine :
       {"70/15/15", "80/20", "33/33/33", "2/1", "7/2/1", "0.8/0.2", "5 folds", "train", "100"})
    CHECK(note_on_shares(fine).empty());
}

TEST_CASE("sides that are off their shares are named, near ones are not") {
  const auto sides = parse_split("70/15/15");
  CHECK(note_on_sides(sides, std::vector<std::uint64_t>{71, 15, 14}).empty());
  CHECK(note_on_sides(sides, std::vector<std::uint64_t>{4, 1, 1}).find("66.7/16.7/16.7 %") !=
        std::string::npos);
}

TEST_CASE("a class that is the largest part of few groups and a part of many does not stop the split") {
  std::vector<SplitItem> items;
  for (int i = 0; i < 9; ++i) {
    const std::string group = "slide" + std::to_string(i);
    items.push_back({group, 0, i == 4 ? 10u : 100u});
    items.push_back({group, 1, 50});
  }
  const auto sides = assign_sides(items, parse_split("50/25/25"), 1, std::vector<std::string>{"a", "b"});
  std::set<std::uint32_t> used;
  for (std::size_t i = 0; i < items.size(); i += 2) {
    CHECK(sides[i] == sides[i + 1]);
    used.insert(sides[i]);
  }
  CHECK(used.size() == 3);
}
