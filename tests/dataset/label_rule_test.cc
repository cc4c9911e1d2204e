#include "libfrag/dataset/label_rule.h"

#include <toml++/toml.h>

#include <catch2/catch.hpp>

#include "libfrag/dataset/label_rule_toml.h"
#include "libfrag/dataset/path_rule.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;

namespace {

LabelRule rule_of(const std::string& toml) {
  return label_rule_from_toml(toml::parse(toml, std::string_view("r.toml")), "r.toml");
}

std::string rule_error(const std::string& toml) {
  const Error error = error_of([&] { rule_of(toml); });
  CHECK(error.code() == Errc::bad_input);
  return error.what();
}

}  // namespace

TEST_CASE("every key of labels is read, and comes back from JSON") {
  const LabelRule mask = rule_of(R"(
from = "mask"
expression = '(?P<group>patient-\d+)'
mask = "masks/{stem}.png"
values = { tumour = 255, stroma = "#80ff00" }
min_share = 0.3
classes = ["tumour", "stroma"]
)");
  CHECK(mask.from == LabelsFrom::mask);
  CHECK(mask.values == std::map<std::string, MaskColour>{{"stroma", 0x80ff00}, {"tumour", 0xffffff}});
  CHECK(mask.min_share == 300'000);
  CHECK(mask.classes == std::vector<std::string>{"tumour", "stroma"});
  for (const LabelRule& rule :
       {LabelRule(), mask, rule_of("from = 'csv'\nfile = 'l.csv'"), rule_of("from = 'set'\nclasses = ['a']"),
        rule_of("from = 'geojson'\nannotations = '{dir}/{stem}.json'\nmin_share = 1"),
        rule_of("from = 'path'\nexpression = '(?P<class>x)(?P<split>train)'")}) {
    CHECK(label_rule_from_json(to_json(rule), "dataset.json") == rule);
  }
}

TEST_CASE("a wrong value of labels is named by line, key and value") {
  CHECK(rule_error("\nfrom = 'files'") ==
        "r.toml:2:8: labels.from = \"files\" is none of folder, path, csv, mask, geojson, set");
  CHECK(rule_error("from = 3") == "r.toml:1:8: labels.from is 3; it must be text");
  CHECK(rule_error("form = 'csv'").find("\"form\" is not a key of labels; the keys are from,") !=
        std::string::npos);
  CHECK(rule_error("from = 'geojson'\nmin_share = 1.5")
            .find("2:13: labels.min_share is 1.5; it is the share") != std::string::npos);
  CHECK(rule_error("min_share = nan").find("labels.min_share is null") != std::string::npos);
  CHECK(rule_error("values = { a = 256 }").find("labels.values a = 256 is neither") != std::string::npos);
  CHECK(rule_error("values = { a = -1 }").find("labels.values a = -1 is neither") != std::string::npos);
  CHECK(rule_error("values = { a = '#12345' }").find("nor a colour as in \"#80ff00\"") != std::string::npos);
  CHECK(rule_error("values = 5").find("write it as in { tumour = 255 }") != std::string::npos);
  CHECK(rule_error("classes = 'a'").find("write it as in [\"a\", \"b\"]") != std::string::npos);
}

TEST_CASE("keys that the kind of labels needs or does not know are named") {
  CHECK(rule_error("from = 'csv'").find("labels.file is missing") != std::string::npos);
  CHECK(rule_error("from = 'path'").find("labels.expression is missing") != std::string::npos);
  CHECK(rule_error("from = 'mask'").find("labels.mask is missing") != std::string::npos);
  CHECK(rule_error("from = 'mask'\nmask = '{stem}.png'").find("labels.values is missing") !=
        std::string::npos);
  CHECK(rule_error("from = 'geojson'").find("labels.annotations is missing") != std::string::npos);
  CHECK(rule_error("mask = '{stem}.png'")
            .find("labels.mask goes with from = \"mask\", and from is \"folder\"") != std::string::npos);
  CHECK(rule_error("min_share = 0.2").find("labels.min_share goes with from = \"mask\" or \"geojson\"") !=
        std::string::npos);
}

TEST_CASE("a pattern for masks must tell sources apart by words that it knows") {
  const std::string rest = "\nfrom = 'mask'\nvalues = { a = 1 }";
  CHECK(rule_error("mask = '{dir}/mask.png'" + rest).find("is one file for all sources") !=
        std::string::npos);
  CHECK(
      rule_error("mask = '{base}.png'" + rest).find("has \"{base}\"; it may have {dir}, {name} and {stem}") !=
      std::string::npos);
}

TEST_CASE("classes that contradict each other or cannot be folders are named") {
  const std::string mask = "from = 'mask'\nmask = '{stem}.png'\n";
  CHECK(rule_error(mask + "values = { a = 1, b = '#010101' }").find("gives \"a\" and \"b\" the same 1") !=
        std::string::npos);
  CHECK(rule_error(mask + "values = { a = 1, b = 2 }\nclasses = ['a']").find("does not list \"b\"") !=
        std::string::npos);
  CHECK(rule_error(mask + "values = { a = 1 }\nclasses = ['a', 'c']").find("has no value; add one") !=
        std::string::npos);
  CHECK(rule_error("classes = ['a', 'a']").find("lists \"a\" twice") != std::string::npos);
  CHECK(rule_error("classes = ['a/b']").find("has \"a/b\", which has a slash") != std::string::npos);
  CHECK(rule_error("classes = ['']").find("which is empty") != std::string::npos);
  CHECK(rule_error("classes = ['..']").find("cannot be the name of a folder") != std::string::npos);
}

TEST_CASE("an expression is checked before any path is") {
  CHECK(rule_error("expression = '(?P<group>'").find("is no regular expression: missing )") !=
        std::string::npos);
  CHECK(rule_error("expression = '(a)'").find("captures nothing by name") != std::string::npos);
  CHECK(rule_error("expression = '(?P<patient>a)'").find("captures \"patient\"; a path has a class") !=
        std::string::npos);
  CHECK(rule_error("from = 'path'\nexpression = '(?P<group>a)'").find("captures no class") !=
        std::string::npos);
  CHECK(rule_error("expression = '(?P<class>a)'").find("write from = \"path\"") != std::string::npos);
}

TEST_CASE("classes are numbered as listed, else by the names of a mask's values") {
  LabelRule rule;
  CHECK(named_classes(rule).empty());
  rule.values = {{"b", 1}, {"a", 2}};
  CHECK(named_classes(rule) == std::vector<std::string>{"a", "b"});
  rule.classes = {"b", "a"};
  CHECK(named_classes(rule) == rule.classes);
}

TEST_CASE("a rule in dataset.json is checked like one in a recipe") {
  const Error error = error_of([] { label_rule_from_json(Json{{"from", "csv"}}, "dataset.json: labels"); });
  CHECK(error.code() == Errc::bad_input);
  CHECK(std::string(error.what()).starts_with("dataset.json: labels: labels.file is missing"));
  CHECK(error_of([] { label_rule_from_json(Json(3), "dataset.json"); }).code() == Errc::bad_input);
}

TEST_CASE("a sidecar's name follows from the source's path") {
  CHECK(sidecar_name("{dir}/{stem}.geojson", "a/b.c.png") == "a/b.c.geojson");
  CHECK(sidecar_name("{dir}/{stem}.geojson", "b.png") == "b.geojson");
  CHECK(sidecar_name("masks/{dir}/{name}.png", "a/b.tif") == "masks/a/b.tif.png");
  CHECK(sidecar_name("../m/{stem}-{stem}.png", "a/b.tif") == "../m/b-b.png");
}

TEST_CASE("a path's parts are what the expression names") {
  const PathRule rule(R"((?P<class>[^/]+)/(?P<group>p\d+)?(?:-(?P<split>\w+))?\.png)");
  const auto parts = rule.match("set/gel/p12-test.png");
  REQUIRE(parts);
  CHECK(parts->class_name == "gel");
  CHECK(parts->group == "p12");
  CHECK(parts->split == "test");
  CHECK(rule.match("gel/p12.png")->split.empty());
  CHECK_FALSE(rule.match("gel/x.jpg"));
  CHECK_FALSE(rule.match("gel/-test.png"));  // its group is empty
}

TEST_CASE("sides of a split are train, val, test and folds") {
  for (const char* name : {"train", "val", "test", "fold0", "fold99"}) CHECK(is_split_name(name));
  for (const char* name : {"", "valid", "Train", "fold", "fold07", "fold100", "fold-1", "fold1x"})
    CHECK_FALSE(is_split_name(name));
}
