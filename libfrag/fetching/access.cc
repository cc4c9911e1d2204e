#include "libfrag/fetching/access.h"

#include <algorithm>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/fetching/sample_fetch.h"
#include "libfrag/fetching/shard_store.h"
#include "libfrag/fetching/store_reader.h"
#include "libfrag/sampling/sampler.h"

namespace frag {
namespace {

bool is_url(const std::string& place) {
  return place.find("://") != std::string::npos;
}

// Renders from sources that lie on this machine.
class StoreAccess : public Access {
 public:
  explicit StoreAccess(std::unique_ptr<const SourceStore> store, std::vector<std::string> notes = {})
      : store_(std::move(store)), notes_(std::move(notes)), sampler_(store_->catalog()), reader_(*store_) {}

  const Catalog& catalog() const override { return store_->catalog(); }
  std::vector<std::string> notes() const override { return notes_; }

  void read(const ReadRequest& request, const std::function<void(Fragment)>& visit) override {
    reader_.read(sampler_.draw(request.spec), request, visit);
  }

 private:
  const std::unique_ptr<const SourceStore> store_;
  const std::vector<std::string> notes_;
  const Sampler sampler_;
  StoreReader reader_;
};

class MirrorAccess : public Access {
 public:
  MirrorAccess(const std::vector<std::string>& urls, const std::string& dataset_id,
               std::vector<std::string> notes = {})
      : mirrors_(urls, {.dataset = dataset_id}),
        fetcher_(mirrors_, {.cancelled = [this] { return cancelled_ && cancelled_(); }}),
        reader_(fetcher_.store()),
        notes_(std::move(notes)) {}

  const Catalog& catalog() const override { return mirrors_.catalog(); }

  std::vector<std::string> notes() const override {
    std::vector<std::string> all = notes_;
    for (const std::string& note : fetcher_.notes()) all.push_back(note);
    return all;
  }

  void read(const ReadRequest& request, const std::function<void(Fragment)>& visit) override {
    cancelled_ = request.cancelled;
    const WantedSample wanted = fetcher_.want(request.spec);
    if (request.skip >= wanted.list.size()) return;
    if (request.free_turns) return by_sources(wanted, request, visit);
    if (fetcher_.choose(wanted, request.skip) == FetchBy::fragments)
      return by_fragments(wanted, request, visit);
    ReadRequest rest = request;
    rest.damaged = {};
    try {
      by_sources(wanted, rest, [&](Fragment fragment) {
        const std::uint64_t next = fragment.position + 1;
        visit(std::move(fragment));
        rest.skip = next;
      });
    } catch (const Error& error) {
      // This machine's decoder disagrees, or nobody gives files: mirrors may still render.
      if (error.code() != Errc::bad_input && error.code() != Errc::unavailable) throw;
      notes_.push_back(std::string(error.what()) + "; the rest is fetched as fragments");
      by_fragments(wanted, rest, visit);
    }
  }

 private:
  void by_sources(const WantedSample& wanted, const ReadRequest& request,
                  const std::function<void(Fragment)>& visit) {
    const auto prefetch = fetcher_.prefetch_sources(wanted, request.skip);
    reader_.read(wanted.list, request, visit);
  }

  void by_fragments(const WantedSample& wanted, const ReadRequest& request,
                    const std::function<void(Fragment)>& visit) {
    fetcher_.fetch(wanted, request.skip, [&](std::uint64_t position, const EncodedFragment& one) {
      request.expect_wanted();
      Fragment fragment{position, one.id, catalog().source_of(one.id), one.class_number, {}};
      Image pixels = decode_fragment(one);
      fragment.pixels = request.prepare ? request.prepare(fragment, pixels) : std::move(pixels);
      visit(std::move(fragment));
    });
  }

  const Mirrors mirrors_;
  std::function<bool()> cancelled_;  // of the present read(), which alone has threads that ask
  SampleFetcher fetcher_;
  StoreReader reader_;
  std::vector<std::string> notes_;
};

std::unique_ptr<Access> open_local(const std::vector<std::string>& places) {
  if (std::all_of(places.begin(), places.end(), names_shards)) {
    auto store = open_shards(places);
    std::vector<std::string> notes = store->notes();
    return std::make_unique<StoreAccess>(std::move(store), std::move(notes));
  }
  if (places.size() > 1)
    throw Error(Errc::usage,
                "name one dataset folder, or WebDataset tars only, or mirrors only (http://HOST:PORT)");
  return std::make_unique<StoreAccess>(std::make_unique<DatasetFolder>(places.front()));
}

std::string not_that_one(const std::string& place, const std::string& holds, const std::string& wanted) {
  return place + " holds dataset " + holds.substr(0, 12) + "..., not " + wanted.substr(0, 12) + "...";
}

// The first of the folders that holds the dataset, nullptr where none does; of those before it, what they
// are.
std::unique_ptr<const SourceStore> find_copy(const std::vector<std::string>& folders,
                                             const std::string& dataset_id, std::vector<std::string>& notes) {
  for (const std::string& folder : folders) {
    try {
      auto store = std::make_unique<DatasetFolder>(folder);
      const std::string id = store->catalog().id();
      if (id == dataset_id) return store;
      notes.push_back(not_that_one(folder, id, dataset_id) + "; passed over");
    } catch (const Error& error) {
      notes.push_back(std::string(error.what()) + "; passed over");
    }
  }
  return nullptr;
}

// Folders before mirrors: what lies here need not travel.
std::unique_ptr<Access> open_mixed(const std::vector<std::string>& places, const std::string& dataset_id) {
  std::vector<std::string> urls = places;
  const auto folders_begin = std::stable_partition(urls.begin(), urls.end(), is_url);
  const std::vector<std::string> folders(folders_begin, urls.end());
  urls.erase(folders_begin, urls.end());
  std::vector<std::string> notes;
  if (auto copy = find_copy(folders, dataset_id, notes))
    return std::make_unique<StoreAccess>(std::move(copy), std::move(notes));
  try {
    return std::make_unique<MirrorAccess>(urls, dataset_id, notes);
  } catch (const Error& error) {
    throw Error(error.code(), std::string(error.what()) + "\n  " + join(notes, "\n  "));
  }
}

}  // namespace

std::unique_ptr<Access> open_access(const std::vector<std::string>& places, const std::string& dataset_id) {
  if (places.empty()) throw Error(Errc::usage, "no dataset: name a folder, or the address of a mirror");
  if (std::all_of(places.begin(), places.end(), is_url))
    return std::make_unique<MirrorAccess>(places, dataset_id);
  if (!dataset_id.empty() && std::any_of(places.begin(), places.end(), is_url))
    return open_mixed(places, dataset_id);
  auto access = open_local(places);
  if (!dataset_id.empty() && access->catalog().id() != dataset_id) {
    throw Error(Errc::refused, not_that_one(places.front(), access->catalog().id(), dataset_id));
  }
  return access;
}

}  // namespace frag
