#include "libfrag/archive/sample_tar.h"

#include <catch2/catch.hpp>
#include <cstring>

#include "libfrag/cutting/sample_export.h"
#include "libfrag/dataset/folder.h"
#include "tests/archive/byte_source.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::source_of;
using frag::test::TempDir;

namespace {

// A dataset with what draws and renders from it.
struct SampleBench {
  TempDir dir;
  DatasetFolder folder{test::small_dataset(dir)};
  FragmentRenderer renderer{folder};
  Sampler sampler{folder.catalog()};

  std::string tar(std::uint64_t count, const SampleExport& settings = {}) {
    SampleSpec spec;
    spec.count = count;
    spec.repeats = settings.repeats;
    std::string bytes;
    export_sample(folder.catalog(), renderer, sampler.draw(spec), settings,
                  [&bytes](std::string_view piece) { bytes += piece; });
    return bytes;
  }
};

}  // namespace

TEST_CASE("a raw sample read back holds the fragments that were drawn, with their pixels") {
  SampleBench bench;
  const std::string bytes = bench.tar(30);
  SampleReader reader(source_of(bytes));
  SampleSpec spec;
  spec.count = 30;
  const SampleList list = bench.sampler.draw(spec);
  for (std::uint64_t i = 0; i < 30; ++i) {
    const auto member = reader.next();
    REQUIRE(member);
    REQUIRE(member->id == list.at(i));
    REQUIRE(decode_fragment(*member).packed() == bench.renderer.render(member->id).packed());
    REQUIRE(member->class_number == bench.folder.catalog().class_of(member->id));
  }
  CHECK_FALSE(reader.next());
}

TEST_CASE("members are KEY.raw, KEY.cls, KEY.json, and keys hold no dot") {
  SampleBench bench;
  const std::string bytes = bench.tar(2);
  TarReader reader(source_of(bytes));
  const std::string first = reader.next()->name;
  CHECK(first.size() == 12 + 4);
  CHECK(first.find('.') == 12);
  CHECK(reader.next()->name == first.substr(0, 12) + ".cls");
  CHECK(reader.next()->name == first.substr(0, 12) + ".json");
}

TEST_CASE("the parts before and after skip make the whole, byte for byte") {
  SampleBench bench;
  const std::string whole = bench.tar(20);
  SampleExport head, tail;
  head.limit = 7;
  tail.skip = 7;
  const std::string first = bench.tar(20, head), second = bench.tar(20, tail);
  CHECK(first.substr(0, first.size() - 1024) + second == whole);
}

TEST_CASE("keys of a sample with repeats carry the position, so that no key comes twice") {
  CHECK(sample_key(17) == "000000000017");
  CHECK(sample_key(17, 42) == "000000000017-r42");
}

TEST_CASE("what is changed in a fragment on the way is noticed, in every format") {
  SampleBench bench;
  const Catalog& catalog = bench.folder.catalog();
  SampleSpec spec;
  spec.count = 1;
  const FragmentId id = bench.sampler.draw(spec).at(0);
  const SampleFormat format = GENERATE(SampleFormat::raw, SampleFormat::png, SampleFormat::jpg);
  const EncodedFragment right =
      encode_fragment(catalog, id, sample_key(id), bench.renderer.render(id), format);
  CHECK(fragment_problem(catalog, id, sample_key(id), right).empty());
  const auto problem = [&](const std::function<void(EncodedFragment&)>& change) {
    EncodedFragment changed = right;
    change(changed);
    return fragment_problem(catalog, id, sample_key(id), changed);
  };
  CHECK_THAT(problem([](auto& one) { one.picture[one.picture.size() / 2] ^= 1; }),
             Catch::Contains("digests"));
  CHECK_THAT(problem([](auto& one) { one.description[8] ^= 1; }), Catch::Contains("description"));
  CHECK_THAT(problem([](auto& one) { one.class_number ^= 1; }), Catch::Contains("class"));
  CHECK_THAT(problem([](auto& one) { one.key = sample_key(one.id + 1); }),
             Catch::Contains("where the sample has"));
  CHECK_FALSE(problem([](auto& one) { one.picture.pop_back(); }).empty());
}
