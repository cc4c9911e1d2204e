#include "server/rendered_body.h"

#include <algorithm>
#include <chrono>
#include <memory>

namespace frag {
namespace {

constexpr std::chrono::milliseconds kPieceTime{10};

// One body under way. Belongs to the thread that answers the request.
class Rendering {
 public:
  Rendering(RenderGate& gate, std::string address, RenderedBody body)
      : gate_(gate), address_(std::move(address)), body_(std::move(body)) {
    const RenderGate::Turn turn = gate_.start(address_);
    fill();
  }

  void write(const http::Sink& sink) {
    while (true) {
      send(sink);
      if (body_.next == body_.end || body_.left == 0) break;
      const RenderGate::Turn turn = gate_.go_on(address_);
      fill();
    }
    piece_ = body_.tail;
    send(sink);
  }

 private:
  void fill() {
    const auto until = std::chrono::steady_clock::now() + kPieceTime;
    piece_.clear();
    while (body_.next < body_.end && piece_.size() < kPieceBytes) {
      body_.append(body_.next++, piece_);
      gate_.count_fragment();
      if (std::chrono::steady_clock::now() >= until) break;
    }
  }

  void send(const http::Sink& sink) {
    std::string_view bytes = piece_;
    const std::uint64_t drop = std::min<std::uint64_t>(body_.drop, bytes.size());
    body_.drop -= drop;
    bytes.remove_prefix(drop);
    bytes = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), body_.left));
    body_.left -= bytes.size();
    if (!bytes.empty()) sink(bytes);
  }

  RenderGate& gate_;
  const std::string address_;
  RenderedBody body_;
  std::string piece_;
};

}  // namespace

http::BodyWriter open_rendered(RenderGate& gate, const std::string& address, RenderedBody body) {
  auto rendering = std::make_shared<Rendering>(gate, address, std::move(body));
  return [rendering](const http::Sink& sink) { rendering->write(sink); };
}

}  // namespace frag
