#include "libfrag/archive/webdataset.h"

#include "libfrag/base/digest.h"
#include "tests/archive/byte_source.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;

namespace {

std::string tar_of(const std::vector<TarMember>& members) {
  std::string bytes;
  TarWriter tar([&bytes](std::string_view piece) { bytes += piece; });
  for (const TarMember& member : members) tar.add(member.name, member.data);
  tar.finish();
  return bytes;
}

std::vector<ShardSample> samples_of(const std::string& tar) {
  std::vector<ShardSample> samples;
  read_samples(test::source_of(tar), [&](ShardSample sample) { samples.push_back(std::move(sample)); });
  return samples;
}

std::string name_of(std::string_view name) {
  const auto split = split_sample_name(name);
  return split ? split->key + "|" + split->extension : "";
}

}  // namespace

TEST_CASE("a name is split at the first dot of its basename") {
  CHECK(name_of("001.jpg") == "001|jpg");
  CHECK(name_of("a.b/001.seg.PNG") == "a.b/001|seg.png");
  CHECK(name_of("./001.cls") == "./001|cls");
}

TEST_CASE("folders, hidden files and what is about the tar belong to no sample") {
  for (const char* name : {"a/", "a/b", ".hidden", "a/.hidden", "__meta__.json", "__meta__/x.json", ""})
    CHECK(name_of(name).empty());
  CHECK(name_of("__.json") == "__|json");
}

TEST_CASE("neighbours of one key are one sample") {
  const std::string tar = tar_of(
      {{"a.txt", "said"}, {"a.jpg", "JPEG"}, {"a.cls", "3"}, {"__index__.json", "{}"}, {"b.json", "{}"}});
  const auto samples = samples_of(tar);
  REQUIRE(samples.size() == 2);
  CHECK(samples[0].key == "a");
  CHECK(samples[0].cls == "3");
  CHECK(samples[0].pixels == "JPEG");
  REQUIRE(samples[0].picture);
  CHECK(tar.substr(samples[0].picture->offset, samples[0].picture->bytes) == "JPEG");
  CHECK(samples[0].picture->digest == xxh3_128_hex("JPEG"));
  CHECK(samples[1].json == "{}");
  CHECK_FALSE(samples[1].picture);
}

TEST_CASE("a member that a sample has twice is an error that names it") {
  const std::string tar = tar_of({{"a.jpg", "1"}, {"a.cls", "0"}, {"a.JPG", "2"}});
  const Error error = error_of([&] { samples_of(tar); });
  CHECK(error.code() == Errc::bad_input);
  CHECK_THAT(error.what(), Catch::Contains("a.JPG twice"));
}

TEST_CASE("a tar that is cut short says up to where it is whole") {
  const std::string whole = tar_of({{"a.jpg", "1"}, {"a.cls", "0"}, {"b.jpg", std::string(2000, 'x')}});
  const std::string part = whole.substr(0, 2 * 1024 + 512 + 700);
  const Error error = error_of([&] { samples_of(part); });
  CHECK(error.code() == Errc::bad_input);
  CHECK_THAT(error.what(), Catch::Contains("first 2,048 bytes, with members of 1 sample, the last one a"));
}

TEST_CASE("what KEY.json says is taken, and what it does not say is not guessed") {
  const SampleFacts facts = read_facts(
      R"({"class":"cells","split":"val","group":7,"source":3,"width":5,"height":6,"channels":3,"bits":8})",
      "k.json");
  CHECK(facts.class_name == "cells");
  CHECK(facts.split == "val");
  CHECK(facts.group == "7");
  CHECK((facts.width == 5 && facts.height == 6 && facts.channels == 3 && facts.bits == 8));
  CHECK(read_facts(R"({"class":4,"source":3})", "k").class_number == 4u);
  CHECK(read_facts(R"({"class":4,"source":3})", "k").group == "source-3");
  CHECK(read_facts(R"({"source":"flickr","split":1,"width":5,"height":6})", "k").group.empty());
  CHECK(read_facts(R"({"width":5,"height":6,"channels":2,"bits":8})", "k").width == 0);
  CHECK(read_facts("[1]", "k").split.empty());
}

TEST_CASE("a description that contradicts itself is an error that names it") {
  const auto text = GENERATE(as<std::string>{}, "{", R"({"class":[1]})", R"({"class":1.5})",
                             R"({"class":-1})", R"({"class":65536})", R"({"group":{}})");
  const Error error = error_of([&] { read_facts(text, "k.json"); });
  CHECK(error.code() == Errc::bad_input);
  CHECK_THAT(error.what(), Catch::Contains("k.json"));
}

TEST_CASE("a class is a decimal number, blanks around it aside") {
  CHECK(parse_class(" 12\n", "k.cls") == 12);
  for (const char* text : {"", "x", "1.0", "-1", "65536"})
    CHECK(error_of([&] { parse_class(text, "k.cls"); }).code() == Errc::bad_input);
}
