#include "server/front.h"

#include "libfrag/base/text.h"
#include "libfrag/http/forwarded.h"
#include "server/page_files.h"

namespace frag {

using http::HttpError;
using http::Request;
using http::Response;

namespace {

constexpr int kDrainRetrySeconds = 5;

bool is_health(const std::string& path) {
  return path == "/healthz" || path == "/readyz";
}

}  // namespace

// A place among the requests of one address, given back when the answer is sent.
class Front::Place {
 public:
  Place(Front& front, std::string address) : front_(front), address_(std::move(address)) {}
  ~Place() {
    const std::lock_guard lock(front_.mutex_);
    const auto found = front_.under_way_.find(address_);
    if (--found->second == 0) front_.under_way_.erase(found);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  Front& front_;
  const std::string address_;
};

Front::Front(const Mirror& mirror, const Warmer& warmer, FrontOptions options)
    : mirror_(mirror), warmer_(warmer), options_(std::move(options)), page_(mirror_page_files()) {
  own_.add("GET", "/healthz", [](Request&) { return Response::text("ok\n"); });
  own_.add("GET", "/readyz", [this](Request&) { return ready(); });
  own_.add("GET", "/metrics", [this](Request&) {
    return Response::text(metrics_text(mirror_, warmer_, counts_, connections(), options_.connections),
                          http::kMetricsType);
  });
  own_.add("GET", "/v1/load", [this](Request&) {
    Response response = Response::json(load_json(mirror_, connections(), options_.connections));
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
  });
  own_.add("GET", "/", [this](Request& request) { return page_.answer(request); });
  own_.add("GET", "/web/{name}", [this](Request& request) { return page_.answer(request); });
}

void Front::watch(std::function<http::Connections::Stats()> connections) {
  const std::lock_guard lock(mutex_);
  connections_ = std::move(connections);
}

http::Connections::Stats Front::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_ ? connections_() : http::Connections::Stats{};
}

Response Front::ready() const {
  if (draining_) return Response::json({{"draining", true}}, 503);
  Json answer = {{"warmed", warmer_.warmed()}, {"of", warmer_.of()}};
  if (!warmer_.done()) return Response::json(answer, 503);
  Json& list = answer["disagreeing"] = Json::array();
  for (const auto& dataset : mirror_.datasets()) {
    const Catalog& catalog = dataset->catalog();
    for (const auto& [source, reason] : dataset->disagreeing())
      list.push_back({{"dataset", catalog.id()},
                      {"source", source},
                      {"name", catalog.sources()[source].name},
                      {"reason", reason}});
  }
  return Response::json(answer);
}

Response Front::handle(Request& request) {
  const bool proxied = options_.trusted.contains(request.remote);
  request.remote = http::client_address(request, options_.trusted);
  if (is_health(request.path) || (http::Page::is_at(request.path) && !draining_)) return own_.handle(request);
  try {
    if (options_.tokens != nullptr && !options_.tokens->allow(request.bearer_token()))
      throw HttpError(401, "this mirror asks for a token: send Authorization: Bearer TOKEN",
                      {{"WWW-Authenticate", "Bearer realm=\"fragd\""}});
    if (request.path == "/metrics" || request.path == "/v1/load") return own_.handle(request);
    if (draining_) throw http::try_later("this mirror is about to stop", kDrainRetrySeconds);
    return proxied && options_.per_address > 0 ? admit(request) : mirror_.handle(request);
  } catch (const std::exception& error) {
    return http::problem_of(error);
  }
}

Response Front::admit(Request& request) {
  const auto place = place_of(request.remote);
  Response response = mirror_.handle(request);
  if (response.stream) {
    response.stream = [place, stream = std::move(response.stream)](const http::Sink& sink) { stream(sink); };
  }
  return response;
}

std::shared_ptr<Front::Place> Front::place_of(const std::string& address) {
  const std::lock_guard lock(mutex_);
  int& count = under_way_[address];
  if (count >= options_.per_address) {
    throw http::try_later("address " + address + " has " + std::to_string(count) +
                          " requests under way, as many as this mirror takes from one");
  }
  ++count;
  return std::make_shared<Place>(*this, address);
}

}  // namespace frag
