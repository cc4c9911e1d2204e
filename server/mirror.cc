#include "server/mirror.h"

#include <map>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/cutting/sample_export.h"
#include "libfrag/dataset/layout.h"
#include "libfrag/image/encode.h"

namespace frag {
namespace {

using http::HttpError;
using http::Request;
using http::Response;

std::optional<std::uint64_t> number_param(const Request& request, const std::string& name) {
  const auto text = request.param(name);
  if (!text) return std::nullopt;
  const auto value = parse_integer(*text);
  if (!value || *value < 0) throw HttpError(400, name + "=" + *text + " is not a whole number");
  return static_cast<std::uint64_t>(*value);
}

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

}  // namespace

Mirror::Mirror(const DatasetFolder& folder, std::size_t cache_bytes)
    : folder_(folder), catalog_(folder.catalog()), sampler_(catalog_), renderer_(folder, cache_bytes) {
  router_.add("GET", "/healthz", [](Request&) { return Response::text("ok\n"); });
  router_.add("GET", "/v1/datasets", [this](Request&) {
    return Response::json({{"datasets", Json::array({describe()})}});
  });
  router_.add("GET", "/v1/dataset", [this](Request& request) {
    check_dataset(request);
    return Response::json(describe());
  });
  router_.add("GET", "/v1/sample", [this](Request& request) { return sample(request); });
  router_.add("GET", "/v1/fragments/{id}.png", [this](Request& request) { return fragment(request); });
  router_.add("GET", "/files/{path...}", [this](Request& request) { return file(request); });
}

Json Mirror::describe() const {
  Json splits = Json::object();
  for (const std::string& split : catalog_.splits()) {
    splits[split] = {{"sources", 0}, {"fragments", sampler_.fragments(split)}};
  }
  for (const Source& source : catalog_.sources()) {
    Json& sources = splits[source.split]["sources"];
    sources = sources.get<std::uint64_t>() + 1;
  }
  return {{"id", catalog_.id()},
          {"parent", catalog_.parent().empty() ? Json(nullptr) : Json(catalog_.parent())},
          {"sources", catalog_.sources().size()},
          {"fragments", catalog_.fragments()},
          {"classes", catalog_.classes()},
          {"splits", splits},
          {"recipe", to_json(catalog_.recipe())}};
}

void Mirror::check_dataset(const Request& request) const {
  const std::string wanted = request.param("dataset").value_or(catalog_.id());
  if (wanted != catalog_.id()) {
    throw HttpError(409, "this mirror serves dataset " + catalog_.id() + ", not " + wanted);
  }
}

Response Mirror::sample(const Request& request) const {
  check_dataset(request);
  const SampleSpec spec = sample_spec_from_query(request.params, {"dataset", "format", "skip", "limit"});
  SampleExport settings;
  settings.format = parse_sample_format(request.param("format").value_or("raw"));
  settings.skip = number_param(request, "skip").value_or(0);
  settings.limit = number_param(request, "limit");
  settings.repeats = spec.repeats;

  Response response;
  response.headers = {{"Content-Type", "application/x-tar"}, {"X-Frag-Dataset", catalog_.id()}};
  response.stream = [this, list = sampler_.draw(spec), settings](const http::Sink& sink) {
    export_sample(catalog_, renderer_, list, settings, sink);
  };
  return response;
}

Response Mirror::fragment(const Request& request) const {
  check_dataset(request);
  const auto id = parse_integer(request.captures.at("id"));
  if (!id || *id < 0)
    throw HttpError(400, "\"" + request.captures.at("id") + "\" is not a fragment's number");
  const Image pixels = renderer_.render(static_cast<FragmentId>(*id));
  const std::string png = encode_png(pixels);
  return http::serve(
      request, {png.size(), xxh3_128_hex(png), "image/png",
                [png](std::uint64_t offset, std::uint64_t count) { return png.substr(offset, count); }});
}

Response Mirror::file(const Request& request) const {
  const std::string& path = request.captures.at("path");
  // Only names that the dataset itself makes: no path of a request ever reaches the file system.
  for (const DatasetFile& file : folder_.files()) {
    if (path != file.name) continue;
    const FileReader& reader = *file.reader;
    return http::serve(
        request, {reader.size(), file.sha256, content_type(path),
                  [&reader](std::uint64_t from, std::uint64_t count) { return reader.read(from, count); }});
  }
  throw HttpError(404, "the dataset has no file " + path);
}

}  // namespace frag
