// Each rule's steps, worked by hand. Numbers are such that floats hold them exactly, unless a case says
// otherwise.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/random.h"
#include "libfrag/rounds/rules/catalog.h"

namespace frag::rounds {
namespace {

using Catch::Matchers::Contains;
using Floats = std::vector<float>;

// A rule over one tensor in memory.
class Server {
 public:
  Server(const RuleSpec& spec, Floats weights) : spec_(complete(spec)), weights_(std::move(weights)) {}

  Step step;  // what the next step is made of; contributions that are not said are 0 all over

  const Floats& add(const std::vector<Floats>& changes) {
    run(changes, &Rule::parameter);
    ++step.number;
    return weights_;
  }
  const Floats& statistics(const std::vector<Floats>& values) {
    run(values, &Rule::buffer);
    return weights_;
  }
  std::int64_t counter(std::int64_t base, const std::vector<std::int64_t>& values) const {
    Step given = step;
    given.contributions.resize(values.size());
    std::int64_t next = 0;
    std::vector<std::span<const std::int64_t>> results;
    for (const std::int64_t& value : values) results.emplace_back(&value, 1);
    make_rule(spec_, given)->counter({tensor_, 0, {&base, 1}, results, {&next, 1}, {}});
    return next;
  }
  const std::vector<Floats>& memory() const { return memory_; }

 private:
  void run(const std::vector<Floats>& given, void (Rule::*handle)(const Block<float>&) const) {
    step.contributions.resize(given.size());
    const auto rule = make_rule(spec_, step);
    memory_.resize(rule->memory().size(), Floats(weights_.size()));
    Floats next(weights_.size());
    Block<float> block{
        tensor_, 0, weights_, {given.begin(), given.end()}, next, {memory_.begin(), memory_.end()}};
    (*rule.*handle)(block);
    weights_ = next;
  }

  RuleSpec spec_;
  TensorInfo tensor_;
  Floats weights_;
  std::vector<Floats> memory_;
};

Floats shuffled(const Floats& floats, SplitMix64& random) {
  Floats mixed = floats;
  for (std::size_t i = mixed.size(); i > 1; --i) std::swap(mixed[i - 1], mixed[random.below(i)]);
  return mixed;
}

std::string refusal(const RuleSpec& rule, const LocalSettings& local = {}) {
  try {
    local_pull(complete(rule), local);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("mean: every result counts alike") {
  // 10 - (1 + 2 + 6) / 3
  CHECK(Server({"mean", {}}, {10}).add({{1}, {2}, {6}}) == Floats{7});
  CHECK(Server({"mean", {}}, {10}).statistics({{1}, {2}, {6}}) == Floats{3});
  CHECK(Server({"mean", {}}, {0}).counter(1000, {7, 9}) == 9);
}

TEST_CASE("mean: by fragments, one that says none counts as the lightest") {
  Server server({"mean", {{"by_fragments", 1}}}, {10});
  server.step.contributions = {{.fragments = 300}, {.fragments = 100}, {.fragments = 0}};
  // (300 x 2 + 100 x 5 + 100 x 15) / 500 = 5.2; 10 - 5.2
  CHECK(server.add({{2}, {5}, {15}}) == Floats{4.8f});
}

TEST_CASE("fedprox: the mean at the server, mu at the worker") {
  CHECK(Server({"fedprox", {}}, {10}).add({{1}, {2}, {6}}) == Floats{7});
  CHECK(local_pull(complete({"fedprox", {{"mu", 0.5}}}), {}).proximal == 0.5);
  CHECK(local_pull(complete({"mean", {}}), {}).proximal == 0);
}

TEST_CASE("fedavgm: two steps") {
  Server server({"fedavgm", {{"momentum", 0.5}, {"rate", 2}}}, {10});
  // V = 0.5 x 0 + 1 = 1; W = 10 - 2 x 1
  CHECK(server.add({{0}, {2}}) == Floats{8});
  // V = 0.5 x 1 + 3 = 3.5; W = 8 - 2 x 3.5
  CHECK(server.add({{3}, {3}}) == Floats{1});
  CHECK(server.memory() == std::vector<Floats>{{3.5}});
}

TEST_CASE("diloco: two steps") {
  Server server({"diloco", {{"momentum", 0.5}, {"rate", 1}}}, {10});
  // V = 1; W = 10 - (1 + 0.5 x 1)
  CHECK(server.add({{0}, {2}}) == Floats{8.5});
  // V = 0.5 x 1 + 2 = 2.5; W = 8.5 - (2 + 0.5 x 2.5)
  CHECK(server.add({{2}, {2}}) == Floats{5.25});
  CHECK(server.memory() == std::vector<Floats>{{2.5}});
}

TEST_CASE("fedadam: two steps") {
  Server server({"fedadam", {{"rate", 1}, {"beta1", 0.5}, {"beta2", 0.75}, {"tau", 0.5}}}, {10});
  // D = 2: M = 0.5 x 2 = 1, V = 0.25 x 4 = 1; W = 10 - 1 / (1 + 0.5)
  CHECK(server.add({{1}, {3}}) == Floats{static_cast<float>(10 - 1 / 1.5)});
  CHECK(server.memory() == std::vector<Floats>{{1}, {1}});
  // D = 5: M = 0.5 + 2.5 = 3, V = 0.75 + 0.25 x 25 = 7; W = 9.3333330 - 3 / (sqrt 7 + 0.5)
  const double before = static_cast<float>(10 - 1 / 1.5);
  CHECK(server.add({{5}, {5}}) == Floats{static_cast<float>(before - 3 / (std::sqrt(7.0) + 0.5))});
  CHECK(server.memory() == std::vector<Floats>{{3}, {7}});
}

TEST_CASE("median: of an odd count the middle, of an even count the mean of the middle two") {
  CHECK(Server({"median", {}}, {10}).add({{100}, {1}, {-3}}) == Floats{9});
  CHECK(Server({"median", {}}, {10}).add({{100}, {1}, {-3}, {2}}) == Floats{8.5});
  CHECK(Server({"median", {}}, {10}).add({{4}}) == Floats{6});
  CHECK(Server({"median", {}}, {10}).statistics({{5}, {7}, {1000}}) == Floats{7});
  CHECK(Server({"median", {}}, {0}).counter(0, {3, 2}) == 3);
}

TEST_CASE("trimmed_mean: floor of the share of results at each end") {
  // 0.4 x 5 = 2 at each end: 3 stays. 0.2 x 5 = 1 (though 0.2 x 5 is not exact in binary): 2, 3, 7 stay.
  const std::vector<Floats> changes{{7}, {-50}, {2}, {900}, {3}};
  CHECK(Server({"trimmed_mean", {{"trimmed", 0.4}}}, {10}).add(changes) == Floats{7});
  CHECK(Server({"trimmed_mean", {{"trimmed", 0.2}}}, {10}).add(changes) == Floats{6});
  CHECK(Server({"trimmed_mean", {{"trimmed", 0.2}}}, {10}).statistics(changes) == Floats{4});
  // 0.2 x 4 = 0.8: none. (7 - 50 + 2 + 901) / 4
  CHECK(Server({"trimmed_mean", {{"trimmed", 0.2}}}, {0}).add({{7}, {-50}, {2}, {901}}) == Floats{-215});
}

TEST_CASE("norm_clip: a longer change is shortened to the limit") {
  Server server({"norm_clip", {{"norm", 2}}}, {10});
  server.step.contributions = {{.norm = 8}, {.norm = 1}, {.norm = 2}};
  // (2/8 x 8 + 1 + 3) / 3
  CHECK(server.add({{8}, {1}, {3}}) == Floats{8});
}

TEST_CASE("norm_clip: without a limit it is the median of the norms") {
  Server server({"norm_clip", {}}, {10});
  server.step.contributions = {{.norm = 16}, {.norm = 1}, {.norm = 3}, {.norm = 5}};
  // limit (3 + 5) / 2 = 4: 4/16 and 4/5; (4/16 x 16 + 0 + 0 + 4/5 x 5) / 4
  CHECK(server.add({{16}, {0}, {0}, {5}}) == Floats{8});
}

TEST_CASE("norm_clip: changes of nothing stay nothing") {
  CHECK(Server({"norm_clip", {}}, {10}).add({{0}, {0}}) == Floats{10});
}

TEST_CASE("async: the change times the rate") {
  CHECK(Server({"async", {}}, {10}).add({{4}}) == Floats{6});
  CHECK(Server({"async", {{"rate", 0.5}}}, {10}).add({{4}}) == Floats{8});
}

TEST_CASE("downpour: the change itself") {
  CHECK(Server({"downpour", {}}, {10}).add({{4}}) == Floats{6});
}

TEST_CASE("dynsgd: the change over its staleness and one") {
  Server server({"dynsgd", {}}, {10});
  server.step.contributions = {{.staleness = 3}};
  CHECK(server.add({{8}}) == Floats{8});
}

TEST_CASE("adag: the change over its window") {
  Server server({"adag", {}}, {10});
  server.step.window = 4;
  CHECK(server.add({{8}}) == Floats{8});
}

TEST_CASE("aeasgd and eamsgd: the server moves by what the worker took off") {
  LocalSettings local;
  local.learning_rate = 0.1;
  local.optimizer = "nesterov";
  for (const char* name : {"aeasgd", "eamsgd"}) {
    // With a = 5 x 0.1 = 1/2, W = 14 and C = 10: E = 2, the worker goes to 12 and sends -2; C = 10 + 2.
    CHECK(local_pull(complete({name, {}}), local).elastic == 0.5);
    CHECK(Server({name, {}}, {10}).add({{-2}}) == Floats{12});
  }
}

TEST_CASE("fedbuff: older results count less") {
  Server server({"fedbuff", {{"buffer", 2}, {"rate", 2}}}, {10});
  server.step.contributions = {{.staleness = 0}, {.staleness = 3}};
  // weights 1 and 1/2: (1 x 2 + 1/2 x 5) / 1.5 = 3; 10 - 2 x 3
  CHECK(server.add({{2}, {5}}) == Floats{4});
  CHECK(results_a_step(complete({"fedbuff", {{"buffer", 2}}})) == 2);
}

TEST_CASE("asynchronous statistics move by the results' share of the nodes") {
  Server server({"downpour", {}}, {10});
  server.step.nodes = 4;
  // 10 + (18 - 10) / 4
  CHECK(server.statistics({{18}}) == Floats{12});
  Server buffered({"fedbuff", {}}, {10});
  buffered.step.nodes = 2;
  buffered.step.contributions = {{}, {}, {}};
  // more results than nodes: all the way, to (1 + 2 + 6) / 3
  CHECK(buffered.statistics({{1}, {2}, {6}}) == Floats{3});
}

TEST_CASE("asynchronous counters never fall") {
  CHECK(Server({"async", {}}, {0}).counter(100, {40}) == 100);
  CHECK(Server({"async", {}}, {0}).counter(100, {140}) == 140);
}

TEST_CASE("no rule leaves float's range") {
  const float largest = std::numeric_limits<float>::max();
  for (const RuleInfo& info : list_rules()) {
    INFO(info.name);
    Server server({info.name, {}}, {largest, -largest});
    for (int n = 0; n < 3; ++n) {
      const Floats& weights = server.add({{-largest, largest}});
      CHECK(std::all_of(weights.begin(), weights.end(), [](float w) { return std::isfinite(w); }));
    }
  }
}

TEST_CASE("median and trimmed mean do not depend on the order of the results") {
  SplitMix64 random(7);
  const std::string name = GENERATE("median", "trimmed_mean");
  for (std::size_t n = 1; n <= 40; ++n) {
    Floats column(n);
    for (float& value : column) value = static_cast<float>(random.below(9)) / 7 - 0.5f;
    if (n > 2) column[0] = -0.0f, column[1] = 0.0f;
    const auto result = [&](const Floats& values) {
      std::vector<Floats> changes;
      for (const float value : values) changes.push_back({value});
      return Server({name, {}}, {0.25f}).add(changes);
    };
    const Floats expected = result(column);
    for (int trial = 0; trial < 5; ++trial) REQUIRE(result(shuffled(column, random)) == expected);
  }
}

TEST_CASE("the median of random columns is that of a sort") {
  SplitMix64 random(8);
  for (const std::size_t n : {2u, 3u, 7u, 16u, 33u, 100u}) {
    std::vector<Floats> changes(n, Floats(700));
    for (Floats& change : changes) {
      for (float& value : change) value = static_cast<float>(random.uniform() - 0.5);
    }
    const Floats weights = Server({"median", {}}, Floats(700)).add(changes);
    std::size_t wrong = 0;
    for (std::size_t e = 0; e < 700; ++e) {
      std::vector<double> column;
      for (const Floats& change : changes) column.push_back(change[e]);
      std::sort(column.begin(), column.end());
      wrong += weights[e] != static_cast<float>(0 - (column[(n - 1) / 2] + column[n / 2]) / 2);
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("settings are checked by name") {
  CHECK_THAT(refusal({"means", {}}), Contains("there is no rule \"means\"; there are mean, fedavgm"));
  CHECK_THAT(refusal({"mean", {{"rate", 1}}}), Contains("has no setting \"rate\""));
  CHECK_THAT(refusal({"trimmed_mean", {{"trimmed", 0.5}}}), Contains("\"trimmed\" must be from 0.0 to 0.49"));
  CHECK_THAT(refusal({"fedbuff", {{"buffer", 2.5}}}), Contains("\"buffer\" must be a whole number"));
  CHECK_THAT(refusal({"adag", {}}), Contains("set \"steps\" of \"local\""));
  CHECK_THAT(refusal({"aeasgd", {{"rho", 200}}}), Contains("must be above 0 and at most 1"));
  CHECK_THAT(refusal({"eamsgd", {}}), Contains("set \"optimizer\" of \"local\" to \"nesterov\""));
}

TEST_CASE("the page on rules names every rule and setting") {
  const std::string page = read_file(std::string(FRAG_SOURCE_DIR) + "/docs/rules.md");
  for (const RuleInfo& info : list_rules()) {
    CHECK_THAT(page, Contains("**`" + info.name + "`**"));
    for (const RuleSetting& setting : info.settings) CHECK_THAT(page, Contains("`" + setting.key));
  }
}

}  // namespace frag::rounds
