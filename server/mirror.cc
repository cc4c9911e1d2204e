#include "server/mirror.h"

#include <set>
#include <thread>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/dataset/layout.h"
#include "libfrag/http/ranges.h"
#include "server/fragments.h"
#include "server/samples.h"

namespace frag {
namespace {

using http::HttpError;
using http::Request;
using http::Response;

// By the names that a dataset has.
const char* content_type(const std::string& name) {
  const auto ends = [&name](std::string_view end) {
    return name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
  };
  if (ends(".json")) return "application/json";
  if (ends(".jsonl")) return "application/jsonl";
  if (ends(".tar")) return "application/x-tar";
  if (name == kSumsFile) return "text/plain; charset=utf-8";
  return "application/octet-stream";
}

Response describe(const ServedDataset& dataset, const Request&) {
  return Response::json(dataset.describe());
}

Response file_answer(const ServedDataset& dataset, const Request& request) {
  const std::string& path = request.captures.at("path");
  // Only names that the dataset itself makes: no path of a request ever reaches the file system.
  for (const DatasetFile& file : dataset.folder().files()) {
    if (path != file.name) continue;
    const FileReader& reader = *file.reader;
    const auto read = [&reader](std::uint64_t from, std::uint64_t count) { return reader.read(from, count); };
    return serve(request, http::readable(reader.size(), file.sha256, content_type(path), read));
  }
  throw HttpError(404, "the dataset has no file " + path);
}

template <Response (*answer)(const ServedDataset&, const Request&)>
Response without_gate(const ServedDataset& dataset, RenderGate&, const Request& request) {
  return answer(dataset, request);
}

template <SampleFormat format>
Response fragment_as(const ServedDataset& dataset, RenderGate& gate, const Request& request) {
  return fragment_answer(dataset, gate, request, format);
}

int slots_of(const MirrorOptions& options) {
  return options.renders > 0 ? options.renders
                             : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace

Mirror::Mirror(const std::vector<const DatasetFolder*>& folders, const MirrorOptions& options)
    : cache_(options.cache_bytes), gate_(slots_of(options), options.queue) {
  if (folders.empty()) throw Error(Errc::usage, "no dataset to serve");
  std::set<std::string> ids;
  for (const DatasetFolder* folder : folders) {
    if (!ids.insert(folder->catalog().id()).second)
      throw Error(Errc::usage, folder->path().string() + ": dataset " + folder->catalog().id() +
                                   " is served from another folder already; name it once");
    const auto number = static_cast<std::uint32_t>(datasets_.size());
    datasets_.push_back(std::make_unique<ServedDataset>(*folder, cache_, number));
  }
  add_routes();
}

// The longer of two patterns that match one path stands first.
void Mirror::add_routes() {
  router_.add("GET", "/healthz", [](Request&) { return Response::text("ok\n"); });
  router_.add("GET", "/v1/datasets", [this](Request&) {
    Json list = Json::array();
    for (const auto& dataset : datasets_) list.push_back(dataset->describe());
    return Response::json({{"datasets", list}});
  });
  add("/v1/dataset", without_gate<describe>);
  add("/v1/sample", sample_answer);
  add("/v1/sample/ids", without_gate<sample_ids_answer>);
  add("/v1/sample/digests", sample_digests_answer);
  add("/v1/sources", without_gate<sources_answer>);
  router_.add("GET", "/v1/sources/{id}/picture.jpg", [this](Request& request) {
    return picture_answer(dataset_of(request), gate_, pictures_, request);
  });
  add("/v1/sources/{id}/tiles", without_gate<tiles_answer>);
  add("/v1/sources/{id}", without_gate<source_answer>);
  add("/v1/fragments/{id}.png", fragment_as<SampleFormat::png>);
  add("/v1/fragments/{id}.jpg", fragment_as<SampleFormat::jpg>);
  add("/v1/fragments/{id}.raw", fragment_as<SampleFormat::raw>);
  add("/v1/fragments/{id}", without_gate<fragment_address_answer>);
  add("/files/{path...}", without_gate<file_answer>);
}

void Mirror::add(const std::string& pattern, Answer answer) {
  router_.add("GET", pattern,
              [this, answer](Request& request) { return answer(dataset_of(request), gate_, request); });
}

std::string Mirror::ids() const {
  std::vector<std::string> ids;
  for (const auto& dataset : datasets_) ids.push_back(dataset->catalog().id());
  return join(ids, ", ");
}

const ServedDataset& Mirror::dataset_of(const Request& request) const {
  const auto wanted = request.param("dataset");
  if (!wanted && datasets_.size() == 1) return *datasets_.front();
  if (!wanted) {
    throw HttpError(400, "this mirror serves " + std::to_string(datasets_.size()) +
                             " datasets; name one with dataset=ID: " + ids());
  }
  for (const auto& dataset : datasets_)
    if (dataset->catalog().id() == *wanted) return *dataset;
  throw HttpError(409, "this mirror serves dataset" + std::string(datasets_.size() == 1 ? " " : "s ") +
                           ids() + ", not " + *wanted);
}

}  // namespace frag
