// What measures_test.py asks our measures: reads a JSON array of cases from standard input,
//   {"classes", "seed", "truth": [...], "sources": [...], "groups": [...], "probabilities": [...]}
// and prints the assessments, as the network's and as those of its predicted classes alone.
#include <iostream>
#include <iterator>

#include "trainer/measures/assessment_report.h"

using namespace frag;
using namespace frag::trainer;

namespace {

Json assess_case(const Json& one) {
  const MeasuredSet set{
      .classes = one["classes"], .truth = one["truth"], .sources = one["sources"], .groups = one["groups"]};
  const auto rows = one["probabilities"].get<std::vector<float>>();
  const std::uint64_t seed = one["seed"];
  const Probabilities probabilities(rows, set.classes);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < set.classes; ++i) names.push_back(std::to_string(i));
  Json json = to_json(assess(set, probabilities, seed), names);
  json["baseline"] = to_json(assess_classes(set, most_probable(probabilities), seed), names);
  return json;
}

}  // namespace

int main() {
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  Json answers = Json::array();
  for (const Json& one : parse_json(text, "cases")) answers.push_back(assess_case(one));
  std::cout << answers << "\n";
  return 0;
}
