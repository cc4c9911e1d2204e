// What rules_test.py asks the rules, to hold the answers against numpy's.
//
//   rules_probe STEP.json
//     {"rule": {"name": ..., settings}, "nodes": 4, "window": 5, "threads": 2, "base": FILE, "next": FILE,
//      "memory": FILE or "", "next_memory": FILE,
//      "results": [{"file": FILE, "fragments": 600, "staleness": 0}, ...]}
//     makes a step of the server, with the norms that check_result() finds.
#include <cstdio>
#include <exception>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/json.h"
#include "libfrag/rounds/aggregate.h"
#include "libfrag/rounds/result_check.h"
#include "libfrag/rounds/rules/catalog.h"
#include "libfrag/rounds/weights_reader.h"

using namespace frag;
using namespace frag::rounds;

int main(int argc, char** argv) try {
  if (argc != 2) return 2;
  const Json json = parse_json(read_file(argv[1]), argv[1]);
  const auto text = [&](const char* key) { return json.at(key).get<std::string>(); };
  StepFiles files{text("base"), {}, text("next"), text("memory"), text("next_memory")};
  Step step;
  step.nodes = json.at("nodes").get<std::int64_t>();
  step.window = json.at("window").get<std::int64_t>();
  const TensorLayout layout = WeightsReader(files.base).layout();
  for (const Json& result : json.at("results")) {
    files.results.push_back(result.at("file").get<std::string>());
    const ResultCheck check = check_result(files.results.back(), layout);
    if (!check.fault.empty()) throw Error(Errc::bad_input, check.fault);
    step.contributions.push_back({.part = static_cast<std::int64_t>(step.contributions.size()),
                                  .fragments = result.at("fragments").get<std::int64_t>(),
                                  .staleness = result.at("staleness").get<std::int64_t>(),
                                  .norm = check.norm});
  }
  const auto rule = make_rule(rule_from_json(json.at("rule"), "rule"), step);
  aggregate(files, *rule, json.at("threads").get<std::size_t>());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
