// The draws of docs/sampling.md.
#include <catch2/catch.hpp>

#include "libfrag/base/file.h"
#include "tests/sampling/random_sets.h"

using namespace frag;

TEST_CASE("every vector of the document is drawn") {
  const std::string document = read_file(FRAG_SOURCE_DIR "/docs/sampling.md");
  const std::string fence = "```json vectors\n";
  const std::size_t begin = document.find(fence) + fence.size();
  const Json vectors = parse_json(document.substr(begin, document.find("```", begin) - begin), "vectors");
  const Json& draws = vectors.at("draws");
  const auto classes = draws.at("classes").get<std::vector<std::string>>();
  std::map<std::string, ClassRanges> splits;
  std::map<std::string, std::uint32_t> groups;
  for (const Json& row : draws.at("table")) {
    ClassRanges& ranges = splits[row.at("split")];
    ranges.resize(classes.size());
    const auto group = groups.emplace(row.at("group"), groups.size()).first->second;
    ranges[row.at("class").get<std::size_t>()].push_back(
        {row.at("first_fragment").get<FragmentId>(), row.at("fragments").get<std::uint64_t>(), {}, group});
  }
  const Sampler sampler(classes, splits);
  for (const Json& sample : draws.at("samples")) {
    INFO(sample.at("spec").dump());
    const SampleList list = sampler.draw(sample_spec_from_json(sample.at("spec")));
    CHECK(test::ids_of(list) == sample.at("ids").get<std::vector<FragmentId>>());
  }
  CHECK(draws.at("samples").size() >= 19);
}
