#include "libfrag/fetching/access.h"

#include <algorithm>

#include "libfrag/base/error.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/renderer.h"
#include "libfrag/fetching/sample_fetch.h"
#include "libfrag/fetching/shard_store.h"
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
      : store_(std::move(store)), notes_(std::move(notes)), renderer_(*store_), sampler_(store_->catalog()) {}

  const Catalog& catalog() const override { return store_->catalog(); }
  std::vector<std::string> notes() const override { return notes_; }

  void read(const SampleSpec& spec, const std::function<void(Fragment)>& visit) override {
    const SampleList list = sampler_.draw(spec);
    for (std::uint64_t position = 0; position < list.size(); ++position) {
      Fragment fragment;
      fragment.id = list.at(position);
      fragment.source = catalog().source_of(fragment.id);
      fragment.class_number = catalog().class_of(fragment.id).value();
      fragment.pixels = renderer_.render(fragment.id);
      visit(std::move(fragment));
    }
  }

 private:
  const std::unique_ptr<const SourceStore> store_;
  const std::vector<std::string> notes_;
  FragmentRenderer renderer_;
  const Sampler sampler_;
};

class MirrorAccess : public Access {
 public:
  MirrorAccess(const std::vector<std::string>& urls, const std::string& dataset_id)
      : mirrors_(urls, {.dataset = dataset_id}), fetcher_(mirrors_, {}) {}

  const Catalog& catalog() const override { return mirrors_.catalog(); }
  std::vector<std::string> notes() const override { return fetcher_.notes(); }

  void read(const SampleSpec& spec, const std::function<void(Fragment)>& visit) override {
    fetcher_.fetch(fetcher_.want(spec), 0, [&](std::uint64_t, const EncodedFragment& one) {
      visit({one.id, catalog().source_of(one.id), one.class_number, decode_fragment(one)});
    });
  }

 private:
  const Mirrors mirrors_;
  SampleFetcher fetcher_;
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

}  // namespace

std::unique_ptr<Access> open_access(const std::vector<std::string>& places, const std::string& dataset_id) {
  if (places.empty()) throw Error(Errc::usage, "no dataset: name a folder, or the address of a mirror");
  if (std::all_of(places.begin(), places.end(), is_url))
    return std::make_unique<MirrorAccess>(places, dataset_id);
  auto access = open_local(places);
  if (!dataset_id.empty() && access->catalog().id() != dataset_id) {
    throw Error(Errc::refused, places.front() + " holds dataset " + access->catalog().id().substr(0, 12) +
                                   "..., not " + dataset_id.substr(0, 12) + "...");
  }
  return access;
}

}  // namespace frag
