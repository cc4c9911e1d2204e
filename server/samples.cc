#include "server/samples.h"

#include "libfrag/base/digest.h"
#include "libfrag/base/text.h"
#include "libfrag/http/ranges.h"
#include "libfrag/image/encode.h"
#include "server/sample_body.h"

namespace frag {
namespace {

using http::HttpError;
using http::Request;
using http::Response;

constexpr std::size_t kDigestBytes = 16;

// A sample as a request asks for it.
struct Asked {
  SampleSpec spec;
  SampleExport settings;
  std::string tag;  // equal exactly for equal bodies
};

std::string encoder_of(SampleFormat format) {
  if (format == SampleFormat::raw) return "";
  return format == SampleFormat::png ? png_encoder_name() : jpeg_encoder_name();
}

Asked asked(const ServedDataset& dataset, const Request& request, const std::string& kind) {
  Asked asked;
  asked.spec = sample_spec_from_query(request.params, {"dataset", "format", "skip", "limit"});
  SampleExport& settings = asked.settings;
  settings.format = parse_sample_format(request.param("format").value_or("raw"));
  settings.skip = number_param(request, "skip").value_or(0);
  settings.limit = number_param(request, "limit");
  settings.repeats = asked.spec.repeats;
  std::string text = kind + "\n" + dataset.catalog().id() + "\n" + name_of(settings.format) + "\n" +
                     encoder_of(settings.format) + "\n" + std::to_string(settings.skip) + "\n" +
                     (settings.limit ? std::to_string(*settings.limit) : "all");
  for (const auto& [name, value] : to_query(asked.spec)) text += "\n" + name + "=" + value;
  asked.tag = sha256_hex(text).substr(0, 32);
  return asked;
}

// A sample that needs a source which is not served here is refused before its first byte. Costs nothing where
// all sources agree.
void require_agreeing(const ServedDataset& dataset, const SampleBody& body) {
  if (dataset.disagreeing().empty()) return;
  for (std::uint64_t position = body.first(); position < body.end(); ++position)
    dataset.require_agreeing(dataset.catalog().source_of(body.id_at(position)));
}

std::shared_ptr<SampleBody> draw(const ServedDataset& dataset, const Asked& asked) {
  auto body = std::make_shared<SampleBody>(dataset, dataset.sampler().draw(asked.spec), asked.settings);
  require_agreeing(dataset, *body);
  return body;
}

void add_headers(Response& response, const ServedDataset& dataset, const SampleBody& body) {
  response.headers.emplace_back("X-Frag-Dataset", dataset.catalog().id());
  response.headers.emplace_back("X-Frag-Fragments", std::to_string(body.end() - body.first()));
}

// The 16 bytes that 32 hexadecimal digits stand for.
void append_bytes(std::string& out, const std::string& hex) {
  const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
  for (std::size_t i = 0; i < hex.size(); i += 2)
    out += static_cast<char>(value(hex[i]) << 4 | value(hex[i + 1]));
}

}  // namespace

std::optional<std::uint64_t> number_param(const Request& request, const std::string& name) {
  const auto text = request.param(name);
  if (!text) return std::nullopt;
  const auto value = parse_integer(*text);
  if (!value || *value < 0) throw HttpError(400, name + "=" + *text + " is not a whole number");
  return static_cast<std::uint64_t>(*value);
}

Response sample_answer(const ServedDataset& dataset, RenderGate& gate, const Request& request) {
  const Asked wanted = asked(dataset, request, "sample");
  const auto body = draw(dataset, wanted);
  const auto open = [&](const http::ByteRange& range) {
    return open_rendered(gate, request.remote, SampleBody::part(body, range));
  };
  Response response = serve(request, {body->size(), wanted.tag, "application/x-tar", open});
  add_headers(response, dataset, *body);
  return response;
}

Response sample_ids_answer(const ServedDataset& dataset, const Request& request) {
  Asked wanted = asked(dataset, request, "ids");
  if (wanted.settings.limit.value_or(0) > kMostIds) {
    throw HttpError(400, "limit=" + std::to_string(*wanted.settings.limit) + " is more than the " +
                             std::to_string(kMostIds) + " of one answer; ask for the rest with skip");
  }
  wanted.settings.limit = wanted.settings.limit.value_or(kMostIds);
  wanted.settings.format = SampleFormat::png;  // nothing is measured
  const SampleBody body(dataset, dataset.sampler().draw(wanted.spec), wanted.settings);
  const Catalog& catalog = dataset.catalog();
  Json list = Json::array();
  for (std::uint64_t position = body.first(); position < body.end(); ++position) {
    const FragmentId id = body.id_at(position);
    list.push_back({{"id", id}, {"source", catalog.source_of(id)}, {"class", catalog.class_name(id)}});
  }
  Response response = Response::json(list);
  add_headers(response, dataset, body);
  return response;
}

Response sample_digests_answer(const ServedDataset& dataset, RenderGate& gate, const Request& request) {
  Asked wanted = asked(dataset, request, "digests");
  wanted.settings.format = SampleFormat::png;  // nothing is measured
  const auto body = draw(dataset, wanted);
  const auto open = [&](const http::ByteRange& range) {
    RenderedBody part;
    part.next = body->first() + range.first / kDigestBytes;
    part.end = body->end();
    part.drop = range.first % kDigestBytes;
    part.left = range.count;
    part.append = [&dataset, body, pixels = std::make_shared<Image>()](std::uint64_t position,
                                                                       std::string& out) {
      dataset.render(dataset.catalog().locate(body->id_at(position)), *pixels);
      append_bytes(out, pixel_digest(*pixels));
    };
    return open_rendered(gate, request.remote, std::move(part));
  };
  Response response = serve(
      request, {(body->end() - body->first()) * kDigestBytes, wanted.tag, "application/octet-stream", open});
  add_headers(response, dataset, *body);
  return response;
}

}  // namespace frag
