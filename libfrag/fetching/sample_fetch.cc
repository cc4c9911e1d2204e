#include "libfrag/fetching/sample_fetch.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "libfrag/base/error.h"
#include "libfrag/base/stop.h"
#include "libfrag/cutting/fragment_stream.h"
#include "libfrag/fetching/mirror_provider.h"
#include "libfrag/fetching/relay.h"

namespace frag {
namespace {

// What a fragment takes on its way, of 256 as raw pixels: measured on micrographs.
constexpr std::uint64_t kPngShare = 100, kJpegShare = 50;
// A chunk of a sample is about so large: short enough to be given again elsewhere, long enough for a request.
constexpr std::uint64_t kChunkBytes = std::uint64_t{2} << 20;
constexpr std::size_t kWindow = 16;
// Of a fragment in a shard.
constexpr std::uint64_t kUsualBytes = 32768;

std::uint64_t expected_bytes(const Catalog& catalog, FragmentId id, SampleFormat format) {
  constexpr std::uint64_t kAround = 2560;  // headers and description in the tar
  const std::uint64_t raw = raw_bytes_of(catalog, catalog.locate(id));
  if (format == SampleFormat::raw) return raw + kAround;
  return raw * (format == SampleFormat::png ? kPngShare : kJpegShare) / 256 + kAround;
}

}  // namespace

const char* name_of(FetchBy by) {
  switch (by) {
    case FetchBy::fragments:
      return "fragments";
    case FetchBy::sources:
      return "sources";
    case FetchBy::automatic:
      break;
  }
  return "auto";
}

FetchBy parse_fetch_by(std::string_view name) {
  for (const FetchBy by : {FetchBy::fragments, FetchBy::sources, FetchBy::automatic}) {
    if (name == name_of(by)) return by;
  }
  throw Error(Errc::usage, "--by \"" + std::string(name) + "\" is none of fragments, sources, auto");
}

SampleFetcher::SampleFetcher(const Mirrors& mirrors, FetchOptions options)
    : mirrors_(mirrors),
      options_(std::move(options)),
      cache_(options_.cache, options_.cache_bytes),
      store_(mirrors, cache_, options_.cancelled),
      notes_(mirrors.notes()) {
  if (mirrors.has_tables()) {
    sampler_.emplace(mirrors.catalog());
    return;
  }
  if (options_.by == FetchBy::sources) mirrors.catalog();  // says why not
  http::Downloader downloader(mirrors.options().client, stop_requested);
  set_ = shards_.at(downloader, mirrors.packed().value());
}

SampleFetcher::~SampleFetcher() = default;

std::vector<std::string> SampleFetcher::notes() const {
  std::vector<std::string> all = notes_;
  for (const std::string& note : store_.notes()) all.push_back(note);
  return all;
}

WantedSample SampleFetcher::want(const SampleSpec& spec) {
  if (set_) {
    const PackManifest& manifest = set_->manifest();
    return {spec, set_->sampler().draw(spec), options_.format.value_or(manifest.recipe.format),
            manifest.recipe.dataset, manifest.classes};
  }
  const Catalog& catalog = mirrors_.catalog();
  return {spec,         sampler_->draw(spec), options_.format.value_or(SampleFormat::raw),
          catalog.id(), catalog.classes(),    &catalog};
}

void SampleFetcher::fetch(const WantedSample& wanted, std::uint64_t skip, const Deliver& deliver,
                          const Watch& watch) {
  if (skip >= wanted.list.size()) return;
  const FetchBy by = choose(wanted, skip);
  status_.by = by;
  if (by == FetchBy::fragments) return by_fragments(wanted, skip, deliver, watch);
  std::uint64_t next = skip;
  const Deliver counted = [&](std::uint64_t position, EncodedFragment fragment) {
    deliver(position, std::move(fragment));
    next = position + 1;
  };
  try {
    by_sources(wanted, skip, counted, watch);
  } catch (const Error& error) {
    // This machine's decoder disagrees, or nobody gives files: mirrors may still render.
    const bool worth_trying = error.code() == Errc::bad_input || error.code() == Errc::unavailable;
    if (options_.by != FetchBy::automatic || !worth_trying) throw;
    notes_.push_back(std::string(error.what()) + "; the rest is fetched as fragments");
    status_.by = FetchBy::fragments;
    by_fragments(wanted, next, deliver, watch);
  }
}

std::vector<std::uint32_t> SampleFetcher::sources_of(const WantedSample& wanted, std::uint64_t skip) const {
  std::vector<std::uint32_t> sources;
  for (std::uint64_t position = skip; position < wanted.list.size(); ++position)
    sources.push_back(mirrors_.catalog().source_of(wanted.list.at(position)));
  std::sort(sources.begin(), sources.end());
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  return sources;
}

// A sample that needs more sources than the cache holds would fetch them again the
// next time.
FetchBy SampleFetcher::choose(const WantedSample& wanted, std::uint64_t skip) const {
  if (set_) return FetchBy::fragments;
  if (options_.by != FetchBy::automatic) return options_.by;
  if (!mirrors_.may_render()) return FetchBy::sources;
  const std::uint64_t count = wanted.list.size() - skip;
  const std::uint64_t rendered =
      count * expected_bytes(mirrors_.catalog(), wanted.list.at(skip), wanted.format);
  const std::uint64_t missing = store_.missing_bytes(sources_of(wanted, skip));
  return missing < rendered && missing < options_.cache_bytes ? FetchBy::sources : FetchBy::fragments;
}

void SampleFetcher::by_fragments(const WantedSample& wanted, std::uint64_t skip, const Deliver& deliver,
                                 const Watch& watch) {
  RelaySettings settings;
  settings.first = skip;
  settings.end = wanted.list.size();
  settings.window = kWindow;
  settings.cancelled = options_.cancelled;
  const std::uint64_t each =
      set_ ? kUsualBytes : expected_bytes(mirrors_.catalog(), wanted.list.at(skip), wanted.format);
  settings.chunk = std::clamp<std::uint64_t>(kChunkBytes / each, 8, 512);
  Witnesses witnesses(mirrors_, wanted, store_, options_.confirm);
  Relay relay(lines_to(mirrors_, shards_, wanted, witnesses), settings);
  const std::uint64_t confirmed_before = status_.confirmed;
  const std::map<std::string, std::uint64_t> before(status_.mirrors.begin(), status_.mirrors.end());
  const auto take_stock = [&] {
    std::map<std::string, std::uint64_t> given = before;
    for (const LineReport& line : relay.lines()) given[line.url] += line.fragments;
    status_.mirrors.assign(given.begin(), given.end());
    status_.confirmed = confirmed_before + witnesses.confirmed();
  };
  const auto finish = [&] {
    take_stock();
    for (const std::string& note : relay.notes()) notes_.push_back(note);
    for (const std::string& note : witnesses.notes()) notes_.push_back(note);
  };
  auto watched = std::chrono::steady_clock::now();
  try {
    relay.run([&](std::uint64_t position, EncodedFragment fragment) {
      deliver(position, std::move(fragment));
      const auto now = std::chrono::steady_clock::now();
      if (!watch || now - watched < std::chrono::milliseconds(100)) return;
      watched = now;
      take_stock();
      watch(status_);
    });
  } catch (...) {
    finish();
    throw;
  }
  finish();
}

std::unique_ptr<SourcePrefetch> SampleFetcher::prefetch_sources(const WantedSample& wanted,
                                                                std::uint64_t skip) const {
  std::vector<std::uint32_t> sources = sources_of(wanted, skip);
  if (store_.missing_bytes(sources) > cache_.most_bytes()) return nullptr;  // it would push itself out
  return std::make_unique<SourcePrefetch>(store_, std::move(sources));
}

void SampleFetcher::by_sources(const WantedSample& wanted, std::uint64_t skip, const Deliver& deliver,
                               const Watch& watch) {
  const Catalog& catalog = mirrors_.catalog();
  const auto prefetch = prefetch_sources(wanted, skip);
  FragmentStream<EncodedFragment> stream;
  stream.make = [&](const StreamPlace& at, const Image& pixels) {
    return encode_fragment(catalog, at.id, wanted.key(at.position), pixels, wanted.format);
  };
  std::uint64_t position = skip;
  stream.write = [&](EncodedFragment& fragment) {
    deliver(position++, std::move(fragment));
    status_.source_bytes = store_.fetched_bytes();
    if (watch) watch(status_);
  };
  stream_fragments(store_, PackOrder(catalog, wanted.list), skip, options_.memory_bytes, stream);
  status_.source_bytes = store_.fetched_bytes();
}

}  // namespace frag
