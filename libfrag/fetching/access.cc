#include "libfrag/fetching/access.h"

#include <optional>

#include "libfrag/archive/sample_tar.h"
#include "libfrag/base/error.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/layout.h"
#include "libfrag/dataset/renderer.h"
#include "libfrag/http/client.h"
#include "libfrag/sampling/sampler.h"

namespace frag {
namespace {

bool is_url(const std::string& place) {
  return place.find("://") != std::string::npos;
}

class FolderAccess : public Access {
 public:
  explicit FolderAccess(const std::string& path)
      : folder_(path), renderer_(folder_), sampler_(folder_.catalog()) {}

  const Catalog& catalog() const override { return folder_.catalog(); }

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
  const DatasetFolder folder_;
  FragmentRenderer renderer_;
  const Sampler sampler_;
};

// Samples from the first mirror that gives them; where one breaks off, the next continues at the following
// fragment. What comes is checked against what the sample must be, which every node can work out by itself.
class MirrorAccess : public Access {
 public:
  MirrorAccess(const std::vector<std::string>& urls, const std::string& dataset_id) : wanted_id_(dataset_id) {
    options_.stall_timeout = std::chrono::seconds(15);
    for (const std::string& url : urls) mirrors_.push_back(http::normalise_base_url(url));
    for (std::size_t i = 0; i < mirrors_.size() && !catalog_; ++i) {
      try {
        catalog_ = load_catalog(mirrors_[i]);
        current_ = i;
      } catch (const Error& error) {
        pass_over(mirrors_[i], error);
      }
    }
    if (!catalog_) fail("none of the mirrors gives the dataset");
    sampler_.emplace(*catalog_);
  }

  const Catalog& catalog() const override { return *catalog_; }
  std::vector<std::string> notes() const override { return notes_; }

  void read(const SampleSpec& spec, const std::function<void(Fragment)>& visit) override {
    const SampleList list = sampler_->draw(spec);
    std::uint64_t done = 0;
    std::size_t fruitless = 0;  // mirrors in a row that gave nothing
    while (done < list.size()) {
      const std::uint64_t before = done;
      try {
        read_from(mirrors_[current_], spec, list, &done, visit);
      } catch (const MirrorError& error) {
        pass_over(mirrors_[current_], error);
        if (done > before)
          notes_.back() += " (after " + std::to_string(done) + " fragments; continued elsewhere)";
        fruitless = done > before ? 1 : fruitless + 1;
        if (fruitless >= mirrors_.size()) fail("no mirror gives the rest of the sample");
        current_ = (current_ + 1) % mirrors_.size();
      }
    }
  }

 private:
  // Trouble with a mirror, as opposed to what `visit` throws.
  struct MirrorError : Error {
    using Error::Error;
  };

  std::unique_ptr<const Catalog> load_catalog(const std::string& url) {
    http::Client client(options_);
    auto catalog = std::make_unique<Catalog>(fetch_metadata(client, url));
    if (!wanted_id_.empty() && catalog->id() != wanted_id_) {
      throw Error(Errc::refused, "holds dataset " + catalog->id().substr(0, 12) + "..., not " +
                                     wanted_id_.substr(0, 12) + "...");
    }
    return catalog;
  }

  void read_from(const std::string& url, const SampleSpec& spec, const SampleList& list, std::uint64_t* done,
                 const std::function<void(Fragment)>& visit) {
    auto query = to_query(spec);
    query.emplace_back("format", name_of(SampleFormat::raw));
    query.emplace_back("dataset", catalog_->id());
    query.emplace_back("skip", std::to_string(*done));
    std::optional<http::BodyStream> body;
    std::optional<RawSampleReader> reader;
    while (*done < list.size()) {
      Fragment fragment;
      try {
        if (!body) body.emplace(url + "/v1/sample" + http::make_query(query), options_);
        if (!reader)
          reader.emplace(
              [&body](char* buffer, std::size_t capacity) { return body->read(buffer, capacity); });
        auto member = reader->next();
        if (!member) throw Error(Errc::unavailable, "the sample ended early");
        fragment = {member->id, member->source, member->class_number, std::move(member->pixels)};
        check(fragment, list.at(*done));
      } catch (const Error& error) {
        throw MirrorError(error.code(), error.what());
      }
      visit(std::move(fragment));
      ++*done;
    }
  }

  void check(const Fragment& fragment, FragmentId expected) const {
    const std::uint32_t source = catalog_->source_of(expected);
    if (fragment.id != expected || fragment.source != source ||
        fragment.class_number != catalog_->sources()[source].class_number) {
      throw Error(Errc::bad_input, "gave fragment " + std::to_string(fragment.id) + " where the sample has " +
                                       std::to_string(expected));
    }
  }

  void pass_over(const std::string& url, const Error& error) {
    notes_.push_back("mirror " + url + ": " + error.what());
  }

  [[noreturn]] void fail(const std::string& what) const {
    std::string message = what;
    for (const std::string& note : notes_) message += "\n  " + note;
    throw Error(Errc::unavailable, message);
  }

  const std::string wanted_id_;
  http::ClientOptions options_;
  std::vector<std::string> mirrors_;
  std::size_t current_ = 0;
  std::unique_ptr<const Catalog> catalog_;
  std::optional<Sampler> sampler_;
  std::vector<std::string> notes_;
};

}  // namespace

MetadataFiles fetch_metadata(http::Client& client, const std::string& url) {
  const auto file = [&](const char* name) {
    http::Answer answer = client.get(url + "/files/" + name);
    answer.expect_ok(name);
    return std::move(answer.body);
  };
  MetadataFiles files;
  files.dataset_json = file(kDatasetFile);
  files.sources_jsonl = file(kSourcesFile);
  if (!labels_file_of(files.dataset_json).empty()) files.labels = file(kLabelsFile);
  return files;
}

std::unique_ptr<Access> open_access(const std::vector<std::string>& places, const std::string& dataset_id) {
  if (places.empty()) throw Error(Errc::usage, "no dataset: name a folder, or the address of a mirror");
  bool all_urls = true;
  for (const std::string& place : places) all_urls = all_urls && is_url(place);
  if (all_urls) return std::make_unique<MirrorAccess>(places, dataset_id);
  if (places.size() > 1)
    throw Error(Errc::usage, "name one dataset folder, or mirrors only (http://HOST:PORT)");
  auto access = std::make_unique<FolderAccess>(places.front());
  if (!dataset_id.empty() && access->catalog().id() != dataset_id) {
    throw Error(Errc::refused, places.front() + " holds dataset " + access->catalog().id().substr(0, 12) +
                                   "..., not " + dataset_id.substr(0, 12) + "...");
  }
  return access;
}

}  // namespace frag
