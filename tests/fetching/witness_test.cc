// Mirrors that render wrongly and mean it: their digests and descriptions fit the pixels that they send.
#include "libfrag/fetching/witness.h"

#include <catch2/catch.hpp>

#include "libfrag/base/text.h"
#include "libfrag/fetching/mirror_provider.h"
#include "libfrag/image/pixel_digest.h"
#include "tests/fetching/fetch_bench.h"
#include "tests/fetching/test_mirror.h"

using namespace frag;
using frag::test::error_of;
using frag::test::FetchBench;
using frag::test::TestMirror;

namespace {

enum class Lies { in_fragments, in_digests, in_both };

// One level too much in the first pixel of every fragment of FetchBench::spec(count).
class WrongMirror {
 public:
  WrongMirror(FetchBench& bench, std::uint64_t count, Lies lies)
      : bench_(bench),
        list_(Sampler(bench.folder.catalog()).draw(FetchBench::spec(count))),
        lies_(lies),
        mirror_(bench.folder, 1 << 24),
        server_({}, [this](http::Request& request) { return answer(request); }) {}

  std::string url() const { return server_.url(); }

 private:
  http::Response answer(http::Request& request) {
    if (request.path == "/v1/sample" && lies_ != Lies::in_digests) return wrong_sample(request);
    if (request.path == "/v1/sample/digests" && lies_ != Lies::in_fragments) return wrong_digests(request);
    return mirror_.handle(request);
  }
  Image wrong(FragmentId id) {
    Image pixels = bench_.renderer.render(id);
    ++pixels.row(0)[0];
    return pixels;
  }
  template <typename Each>
  void for_each(const http::Request& request, const Each& each) {
    const auto first = static_cast<std::uint64_t>(*parse_integer(*request.param("skip")));
    const auto count = static_cast<std::uint64_t>(*parse_integer(*request.param("limit")));
    for (std::uint64_t position = first; position < first + count; ++position) each(list_.at(position));
  }
  http::Response wrong_sample(const http::Request& request) {
    std::string bytes;
    TarWriter tar([&bytes](std::string_view piece) { bytes += piece; });
    const SampleFormat format = parse_sample_format(*request.param("format"));
    for_each(request, [&](FragmentId id) {
      add_fragment(tar, bench_.folder.catalog(), id, sample_key(id), wrong(id), format);
    });
    tar.finish();
    return http::Response::text(bytes, "application/x-tar");
  }
  http::Response wrong_digests(const http::Request& request) {
    std::string bytes;
    for_each(request, [&](FragmentId id) {
      const std::string hex = pixel_digest(wrong(id));
      for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    });
    return http::Response::text(bytes, "application/octet-stream");
  }

  FetchBench& bench_;
  const SampleList list_;
  const Lies lies_;
  Mirror mirror_;
  http::Server server_;
};

constexpr std::uint64_t kCount = 300;

struct Outcome {
  std::uint64_t came = 0, confirmed = 0;
  std::string notes;
};

Outcome fetch(FetchBench& bench, const std::vector<std::string>& urls, Confirm confirm,
              SampleFormat format = SampleFormat::raw) {
  const Mirrors mirrors(urls, FetchBench::impatient());
  FetchOptions options = bench.options(FetchBy::fragments, format);
  options.confirm = confirm;
  SampleFetcher fetcher(mirrors, options);
  Outcome outcome;
  outcome.came = bench.fetch_checked(fetcher, FetchBench::spec(kCount));
  outcome.confirmed = fetcher.status().confirmed;
  outcome.notes = join(fetcher.notes(), "\n");
  return outcome;
}

// What the first of two mirrors gives, with the second as its witness.
Outcome give(FetchBench& bench, const std::vector<std::string>& urls, Confirm confirm, SampleFormat format) {
  const Mirrors mirrors(urls, {});
  FetchOptions options = bench.options(FetchBy::fragments, format);
  SampleFetcher fetcher(mirrors, options);
  const WantedSample wanted = fetcher.want(FetchBench::spec(kCount));
  Witnesses witnesses(mirrors, wanted, bench.folder, confirm);
  ShardSets shards;
  const auto provider = lines_to(mirrors, shards, wanted, witnesses).front().connect([] { return false; });
  Outcome outcome;
  try {
    provider->give(0, kCount, [&](const EncodedFragment&) { return ++outcome.came > 0; });
  } catch (const WrongAnswer& wrong) {
    outcome.notes = wrong.what();
  }
  outcome.confirmed = witnesses.confirmed();
  outcome.notes += join(witnesses.notes(), "\n");
  return outcome;
}

}  // namespace

TEST_CASE("a mirror whose fragments disagree with another's is found out with the first of them") {
  FetchBench bench;
  const TestMirror good(bench.dataset);
  const WrongMirror bad(bench, kCount, GENERATE(Lies::in_both, Lies::in_fragments));
  const SampleFormat format = GENERATE(SampleFormat::raw, SampleFormat::png, SampleFormat::jpg);
  const Outcome outcome = give(bench, {bad.url(), good.url()}, GENERATE(Confirm::some, Confirm::all), format);
  CHECK(outcome.came == 0);
  CHECK_THAT(outcome.notes, Catch::Contains("gave fragment") && !Catch::Contains(good.url()));
}

TEST_CASE("a witness that says what is not so accuses nobody, and is named") {
  FetchBench bench;
  const TestMirror good(bench.dataset);
  const WrongMirror bad(bench, kCount, GENERATE(Lies::in_both, Lies::in_digests));
  const SampleFormat format = GENERATE(SampleFormat::raw, SampleFormat::png, SampleFormat::jpg);
  const Outcome outcome = give(bench, {good.url(), bad.url()}, Confirm::all, format);
  CHECK(outcome.came == kCount);
  CHECK_THAT(outcome.notes, Catch::Contains(bad.url() + ": says that fragment"));
}

TEST_CASE("beside a mirror that renders wrongly the right fragments come all the same") {
  FetchBench bench;
  const TestMirror good(bench.dataset);
  const WrongMirror bad(bench, kCount, Lies::in_both);
  CHECK(fetch(bench, {bad.url(), good.url()}, GENERATE(Confirm::some, Confirm::all)).came == kCount);
}

TEST_CASE("of two honest mirrors each confirms what the other gives") {
  FetchBench bench;
  const TestMirror one(bench.dataset), two(bench.dataset);
  const SampleFormat format = GENERATE(SampleFormat::raw, SampleFormat::png, SampleFormat::jpg);
  const Outcome all = fetch(bench, {one.url(), two.url()}, Confirm::all, format);
  CHECK(all.confirmed >= kCount);  // more where two lines worked on one chunk
  CHECK(all.notes.empty());
  const Outcome some = fetch(bench, {one.url(), two.url()}, Confirm::some, format);
  CHECK(some.confirmed > 0);
  CHECK(some.confirmed < kCount);
}

TEST_CASE("without a second mirror that renders nothing is confirmed, and everything comes") {
  FetchBench bench;
  const TestMirror one(bench.dataset);
  const Outcome outcome = fetch(bench, {one.url()}, Confirm::all);
  CHECK(outcome.came == kCount);
  CHECK(outcome.confirmed == 0);
}

TEST_CASE("a stated way to confirm that there is not is refused with those there are") {
  CHECK_THAT(error_of([] { parse_confirm("most"); }).what(), Catch::Contains("none, some, all"));
}
