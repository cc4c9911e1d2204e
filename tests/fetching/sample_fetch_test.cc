#include "libfrag/fetching/sample_fetch.h"

#include <catch2/catch.hpp>
#include <map>

#include "libfrag/base/file.h"
#include "libfrag/base/random.h"
#include "libfrag/fetching/mirror_provider.h"
#include "tests/fetching/fault_proxy.h"
#include "tests/fetching/fetch_bench.h"
#include "tests/fetching/test_mirror.h"

using namespace frag;
using frag::test::error_of;
using frag::test::Fault;
using frag::test::FaultProxy;
using frag::test::TempDir;
using frag::test::TestMirror;
using Bench = frag::test::FetchBench;

namespace fs = std::filesystem;

namespace {

std::string shown(const std::vector<std::string>& notes) {
  std::string all;
  for (const std::string& note : notes) all += note + "\n";
  return all;
}

bool names(const std::vector<std::string>& notes, const std::string& url, const std::string& why) {
  return std::any_of(notes.begin(), notes.end(), [&](const std::string& note) {
    return note.find(url) != std::string::npos && note.find(why) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("a sample comes whole and in order by either way, in every format") {
  Bench bench;
  const TestMirror one(bench.dataset), two(bench.dataset);
  const Mirrors mirrors({one.url(), two.url()}, {});
  const FetchBy by = GENERATE(FetchBy::fragments, FetchBy::sources, FetchBy::automatic);
  const SampleFormat format = GENERATE(SampleFormat::raw, SampleFormat::png, SampleFormat::jpg);
  SampleFetcher fetcher(mirrors, bench.options(by, format));
  CHECK(bench.fetch_checked(fetcher, Bench::spec(150)) == 150);
  CHECK(fetcher.notes().empty());
}

TEST_CASE("the rest of a sample is what the whole has there") {
  Bench bench;
  const TestMirror one(bench.dataset);
  const Mirrors mirrors({one.url()}, {});
  SampleFetcher fetcher(mirrors, bench.options(GENERATE(FetchBy::fragments, FetchBy::sources)));
  CHECK(bench.fetch_checked(fetcher, Bench::spec(100), 37) == 100);
}

TEST_CASE("sources are fetched once, however many rounds need them") {
  Bench bench;
  const TestMirror one(bench.dataset);
  const Mirrors mirrors({one.url()}, {});
  std::uint64_t first = 0;
  for (std::uint64_t round = 0; round < 3; ++round) {
    SampleFetcher fetcher(mirrors, bench.options(FetchBy::sources));
    SampleSpec spec = Bench::spec(300);
    spec.round = round;
    bench.fetch_checked(fetcher, spec);
    if (round == 0) first = fetcher.status().source_bytes;
    if (round > 0) CHECK(fetcher.status().source_bytes == 0);
  }
  CHECK(first > 0);
}

TEST_CASE("a cache too small for the sources still gives the right fragments, and keeps its bound") {
  Bench bench;
  const TestMirror one(bench.dataset);
  const Mirrors mirrors({one.url()}, {});
  FetchOptions options = bench.options(FetchBy::sources);
  options.cache_bytes = 40'000;
  SampleFetcher fetcher(mirrors, options);
  CHECK(bench.fetch_checked(fetcher, Bench::spec(200)) == 200);
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(options.cache)) bytes += entry.file_size();
  CHECK(bytes <= 40'000);
}

TEST_CASE("a source damaged in the cache is fetched again") {
  Bench bench;
  const TestMirror one(bench.dataset);
  const Mirrors mirrors({one.url()}, {});
  bench.fetch_checked(*std::make_unique<SampleFetcher>(mirrors, bench.options(FetchBy::sources)),
                      Bench::spec(100));
  for (const auto& entry : fs::directory_iterator(bench.dir / "cache")) {
    std::string bytes = read_file(entry.path());
    bytes[bytes.size() / 2] ^= 1;
    write_file_atomic(entry.path(), bytes);
  }
  SampleFetcher fetcher(mirrors, bench.options(FetchBy::sources));
  CHECK(bench.fetch_checked(fetcher, Bench::spec(100)) == 100);
}

TEST_CASE("a mirror with a fault is made up for by one without, and named") {
  Bench bench;
  const auto [fault, why] = GENERATE(table<Fault, std::string>(
      {{Fault::gone, "connect"}, {Fault::errors, "HTTP 500"}, {Fault::cut, ""}, {Fault::lying, ""}}));
  const TestMirror good(bench.dataset);
  const FaultProxy bad(good.port(), fault, 20'000, 700);
  MirrorsOptions options = bench.impatient();
  options.dataset = bench.folder.catalog().id();
  const Mirrors mirrors({bad.url(), good.url()}, options);
  SampleFetcher fetcher(mirrors, bench.options(FetchBy::fragments));
  CHECK(bench.fetch_checked(fetcher, Bench::spec(400)) == 400);
  INFO(shown(fetcher.notes()));
  CHECK(names(fetcher.notes(), bad.url(), why));
}

TEST_CASE("a mirror that is slow or stalls does not hold up the others") {
  Bench bench;
  const TestMirror good(bench.dataset);
  const FaultProxy bad(good.port(), GENERATE(Fault::slow, Fault::stalled), 1000, 1);
  MirrorsOptions options;
  options.client.stall_timeout = std::chrono::minutes(5);
  const auto began = std::chrono::steady_clock::now();
  const Mirrors mirrors({bad.url(), good.url()}, options);
  SampleFetcher fetcher(mirrors, bench.options(FetchBy::fragments));
  CHECK(bench.fetch_checked(fetcher, Bench::spec(400)) == 400);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::minutes(1));
}

TEST_CASE("a mirror that asks for patience gets it") {
  Bench bench;
  const TestMirror mirror(bench.dataset);
  const FaultProxy busy(mirror.port(), Fault::busy, 1, 1);
  const Mirrors mirrors({busy.url()}, {});
  SampleFetcher fetcher(mirrors, bench.options(FetchBy::fragments));
  CHECK(bench.fetch_checked(fetcher, Bench::spec(400)) == 400);
  CHECK(shown(fetcher.notes()) == "");
}

TEST_CASE("where no honest mirror is left the error names each and why") {
  Bench bench;
  const TestMirror mirror(bench.dataset);
  const FaultProxy liar(mirror.port(), Fault::lying, 1, 0), broken(mirror.port(), Fault::errors, 1, 1);
  const Error error = error_of([&] { Mirrors({liar.url(), broken.url()}, bench.impatient()); });
  CHECK(error.code() == Errc::unavailable);
  CHECK_THAT(error.what(),
             Catch::Contains(liar.url()) && Catch::Contains(broken.url()) && Catch::Contains("500"));
}

TEST_CASE("what takes the fragments may end the fetch") {
  Bench bench;
  const TestMirror one(bench.dataset);
  const Mirrors mirrors({one.url()}, {});
  SampleFetcher fetcher(mirrors, bench.options(GENERATE(FetchBy::fragments, FetchBy::sources)));
  const Error error = error_of([&] {
    fetcher.fetch(fetcher.want(Bench::spec(200)), 0, [](std::uint64_t position, const EncodedFragment&) {
      if (position == 20) throw Error(Errc::io, "full");
    });
  });
  CHECK(error.code() == Errc::io);
}

TEST_CASE("what renders is not asked where nothing is known that its fragments could be held against") {
  Bench bench;
  const TestMirror one(bench.dataset);
  const Mirrors mirrors({one.url()}, {});
  SampleFetcher fetcher(mirrors, bench.options(FetchBy::fragments));
  WantedSample wanted = fetcher.want(Bench::spec(10));
  wanted.catalog = nullptr;
  ShardSets shards;
  Witnesses witnesses(mirrors, wanted, bench.folder, Confirm::some);
  const auto provider = lines_to(mirrors, shards, wanted, witnesses).front().connect([] { return false; });
  const Error error = error_of([&] { provider->give(0, 10, [](const EncodedFragment&) { return true; }); });
  CHECK(error.code() == Errc::refused);
  CHECK_THAT(error.what(), Catch::Contains("packed shards"));
}
