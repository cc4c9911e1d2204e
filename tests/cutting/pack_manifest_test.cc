#include "libfrag/cutting/pack_manifest.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;

namespace {

PackManifest example() {
  PackManifest manifest;
  manifest.recipe.dataset = "d";
  manifest.recipe.format = SampleFormat::jpg;
  manifest.recipe.quality = 80;
  manifest.recipe.splits = {"train", "test"};
  manifest.recipe.count = 7;
  manifest.recipe.parts = 16;
  manifest.part = 3;
  manifest.classes = {"a", "b"};
  manifest.splits = {{"train", 7, 5, 0}, {"test", 7, 0, 120}};
  manifest.shards = {{"train", {{"x.tar", 10, "aa"}, {"x.index.jsonl", 3, "bb"}, 5, {2, 3}}}};
  manifest.tables = {{"test", {"test/metadata.csv", 9, "cc"}}};
  return manifest;
}

}  // namespace

TEST_CASE("a manifest read back is the one that was written") {
  CHECK(decode_pack_manifest(encode(example()), "pack.json") == example());
}

TEST_CASE("a manifest cannot name a file outside its folder") {
  const auto name = GENERATE(as<std::string>{}, "../x.tar", "/etc/passwd", "a/../../b", "");
  PackManifest manifest = example();
  manifest.shards[0].second.tar.file = name;
  CHECK(error_of([&] { decode_pack_manifest(encode(manifest), "p"); }).code() == Errc::bad_input);
}

TEST_CASE("a manifest of another form is an error that names it") {
  const auto text = GENERATE(as<std::string>{}, "", "[]", "{}", R"({"pack":2})", R"({"pack":1,"recipe":{}})");
  const Error error = error_of([&] { decode_pack_manifest(text, "pack.json"); });
  CHECK(error.code() == Errc::bad_input);
  CHECK_THAT(error.what(), Catch::Contains("pack.json"));
}

TEST_CASE("a part beyond the parts is an error") {
  PackManifest manifest = example();
  const auto part = GENERATE(as<std::uint64_t>{}, 0, 17, 10000);
  manifest.part = part;
  std::string text = encode(manifest);
  CHECK(error_of([&] { decode_pack_manifest(text, "p"); }).code() == Errc::bad_input);
}

TEST_CASE("names of parts sort by number, and one part has none") {
  CHECK(part_suffix(1, 1).empty());
  CHECK(part_suffix(3, 16) == "-03of16");
  CHECK(manifest_name(16, 16) == "pack-16of16.json");
  CHECK(manifest_name(1, 1) == "pack.json");
}

TEST_CASE("names become safe for folders: no way up, nothing hidden, never empty") {
  CHECK(safe_file_name("cells") == "cells");
  CHECK(safe_file_name("a/b\\c") == "a_b_c");
  CHECK(safe_file_name("..") == "__");
  CHECK(safe_file_name(".hidden") == "_hidden");
  CHECK(safe_file_name("").size() == 1);
  CHECK(safe_file_name("Gef\xc3\xbc\xc3\x9f") == "Gef\xc3\xbc\xc3\x9f");
  CHECK(safe_file_name("a,b \"c\"\n") == "a_b__c__");
}

TEST_CASE("two names that would share a folder are an error that names both") {
  CHECK(safe_file_names({"a", "b"}, "classes") == std::vector<std::string>{"a", "b"});
  const Error error = error_of([] { safe_file_names({"a/b", "c", "A_b"}, "classes"); });
  CHECK(error.code() == Errc::bad_input);
  CHECK_THAT(error.what(), Catch::Contains("\"a/b\"") && Catch::Contains("\"A_b\""));
}
