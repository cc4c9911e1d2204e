// Mirrors that are killed, stall, lie or crawl, three at a time, drawn by seed.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "libfrag/base/random.h"
#include "libfrag/fetching/at_once.h"
#include "tests/fetching/fault_proxy.h"
#include "tests/fetching/fetch_bench.h"
#include "tests/fetching/test_mirror.h"

using namespace frag;
using frag::test::Fault;
using frag::test::FaultProxy;
using frag::test::FetchBench;
using frag::test::TestMirror;

namespace {

constexpr std::uint64_t kWanted = 120;
constexpr std::size_t kAtOnce = 24;  // they wait more than they work

// Three proxies of one mirror with the faults of a seed. The mirror is the run's own: one for all would be
// asked for more connections than it has threads.
struct FaultRun {
  FaultRun(const std::filesystem::path& dataset, std::uint64_t seed) : mirror(dataset) {
    SplitMix64 random(seed);
    for (Fault& fault : faults) fault = static_cast<Fault>(random.below(test::kFaults));
    honest = std::any_of(faults.begin(), faults.end(),
                         [](Fault fault) { return fault == Fault::none || fault == Fault::busy; });
    // Alone, a slow one would give everything in the end.
    if (!honest) std::replace(faults.begin(), faults.end(), Fault::slow, Fault::gone);
    for (const Fault fault : faults) {
      const std::uint64_t reach = random.below(2) == 0 ? 3'000 : 200'000;
      proxies.push_back(std::make_unique<FaultProxy>(mirror.port(), fault, reach, random.below(1 << 20)));
      urls.push_back(proxies.back()->url());
      shown += " " + std::to_string(static_cast<int>(fault));
    }
  }

  TestMirror mirror;
  std::array<Fault, 3> faults{};
  bool honest = false;
  std::vector<std::unique_ptr<FaultProxy>> proxies;
  std::vector<std::string> urls;
  std::string shown;
};

// What an honest fetch may end with: every fragment, or Errc::unavailable that names the first mirror where
// none is honest. Otherwise what is wrong; `gave_up` says which of the two it was.
std::string verdict(FetchBench& bench, const FaultRun& run, std::uint64_t seed, bool& gave_up) {
  try {
    MirrorsOptions options = FetchBench::impatient();
    options.dataset = bench.folder.catalog().id();
    const Mirrors mirrors(run.urls, options);
    SampleFetcher fetcher(mirrors, bench.options(FetchBy::fragments));
    const std::uint64_t came = bench.fetch_checked(fetcher, FetchBench::spec(kWanted, seed));
    return came == kWanted ? "" : std::to_string(came) + " fragments came";
  } catch (const Error& error) {
    const std::string said = error.what();
    gave_up = true;
    const bool clear = error.code() == Errc::unavailable && said.find(run.urls[0]) != std::string::npos;
    return run.honest || !clear ? said : "";
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

// FRAG_FAULT_RUNS=1000 for the long form.
TEST_CASE("three mirrors with seeded faults: the right fragments, or a clear error without an honest one") {
  FetchBench bench;
  const char* stated = std::getenv("FRAG_FAULT_RUNS");
  const std::size_t runs = stated != nullptr ? std::strtoull(stated, nullptr, 10) : 12;
  std::vector<std::string> wrong;
  std::size_t given_up = 0;
  std::mutex mutex;
  for_each_at_once(kAtOnce, runs, [&](std::size_t seed) {
    const FaultRun run(bench.dataset, seed);
    bool gave_up = false;
    const std::string problem = verdict(bench, run, seed, gave_up);
    const std::lock_guard lock(mutex);
    given_up += gave_up ? 1 : 0;
    if (!problem.empty()) wrong.push_back(std::to_string(seed) + ", faults" + run.shown + ": " + problem);
  });
  INFO(given_up << " of " << runs << " runs had no honest mirror and ended in an error");
  CHECK(wrong == std::vector<std::string>{});
  CHECK(given_up < runs);
}
