#include "libfrag/fetching/access.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <optional>

#include "libfrag/http/server.h"
#include "server/mirror.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::TempDir;

namespace {

// A real mirror over a dataset, whose answers a test may spoil.
class TestMirror {
 public:
  using Spoil = std::function<http::Response(http::Request&, http::Response)>;

  explicit TestMirror(const std::filesystem::path& dataset, Spoil spoil = {})
      : folder_(dataset), mirror_(folder_, 1 << 24), spoil_(std::move(spoil)) {
    server_.emplace(http::ServerOptions{}, [this](http::Request& request) {
      http::Response response = mirror_.handle(request);
      return spoil_ ? spoil_(request, std::move(response)) : std::move(response);
    });
  }
  std::string url() const { return server_->url(); }

 private:
  DatasetFolder folder_;
  Mirror mirror_;
  Spoil spoil_;
  std::optional<http::Server> server_;
};

struct Read {
  std::vector<FragmentId> ids;
  std::string pixels;
};

Read read_all(Access& access, std::uint64_t count) {
  SampleSpec spec;
  spec.count = count;
  spec.seed = 3;
  Read result;
  access.read(spec, [&result](Fragment fragment) {
    result.ids.push_back(fragment.id);
    result.pixels += fragment.pixels.packed();
  });
  return result;
}

// Sends `bytes` of a sample's body and then breaks the connection.
TestMirror::Spoil cut_after(std::size_t bytes) {
  return [bytes](http::Request& request, http::Response response) {
    if (request.path != "/v1/sample" || !response.stream) return response;
    response.stream = [bytes, whole = response.stream](const http::Sink& sink) {
      std::size_t left = bytes;
      whole([&](std::string_view piece) {
        const std::size_t take = std::min(left, piece.size());
        sink(piece.substr(0, take));
        left -= take;
        if (left == 0) throw Error(Errc::internal, "cut");
      });
    };
    return response;
  };
}

// Changes one byte of the first fragment's pixels.
http::Response lie(http::Request& request, http::Response response) {
  if (request.path != "/v1/sample" || !response.stream) return response;
  response.stream = [whole = response.stream](const http::Sink& sink) {
    std::size_t at = 0;
    whole([&](std::string_view piece) {
      std::string changed(piece);
      if (at <= 600 && at + piece.size() > 600) changed[600 - at] ^= 1;
      at += piece.size();
      sink(changed);
    });
  };
  return response;
}

}  // namespace

TEST_CASE("a mirror gives the fragments that the folder gives") {
  const TempDir dir;
  const auto dataset = test::small_dataset(dir);
  const TestMirror mirror(dataset);
  const auto local = open_access({dataset.string()}), remote = open_access({mirror.url()});
  CHECK(remote->catalog().id() == local->catalog().id());
  const Read a = read_all(*local, 60), b = read_all(*remote, 60);
  CHECK(a.ids == b.ids);
  CHECK(a.pixels == b.pixels);
}

TEST_CASE("a sample cut off on one mirror is continued on the next at the next fragment") {
  const TempDir dir;
  const auto dataset = test::small_dataset(dir);
  const Read expected = read_all(*open_access({dataset.string()}), 90);
  for (const std::size_t cut : {std::size_t{100}, std::size_t{5000}, std::size_t{70000}}) {
    const TestMirror breaking(dataset, cut_after(cut)), whole(dataset);
    const auto access = open_access({breaking.url(), whole.url()});
    const Read got = read_all(*access, 90);
    INFO("cut after " << cut);
    CHECK(got.ids == expected.ids);
    CHECK(got.pixels == expected.pixels);
    REQUIRE(access->notes().size() == 1);
    CHECK(access->notes()[0].find(breaking.url()) != std::string::npos);
  }
}

TEST_CASE("a mirror that changes a pixel is named and left for another") {
  const TempDir dir;
  const auto dataset = test::small_dataset(dir);
  const Read expected = read_all(*open_access({dataset.string()}), 30);
  const TestMirror lying(dataset, lie), honest(dataset);
  const auto access = open_access({lying.url(), honest.url()});
  CHECK(read_all(*access, 30).pixels == expected.pixels);
  CHECK(access->notes().at(0).find("digest") != std::string::npos);
}

TEST_CASE("a mirror of another dataset is named and passed over") {
  const TempDir dir;
  const auto wanted = test::small_dataset(dir, 3, 4, 1), other = test::small_dataset(dir, 3, 4, 2);
  const TestMirror wrong(other), right(wanted);
  const std::string id = DatasetFolder(wanted).catalog().id();
  const auto access = open_access({wrong.url(), right.url()}, id);
  CHECK(access->catalog().id() == id);
  CHECK(access->notes().at(0).find(wrong.url()) != std::string::npos);
}

TEST_CASE("when no mirror is left the error names each and why") {
  const TempDir dir;
  const auto dataset = test::small_dataset(dir);
  const TestMirror lying(dataset, lie), breaking(dataset, cut_after(10));
  const auto access = open_access({lying.url(), breaking.url()});
  const Error error = error_of([&] { read_all(*access, 30); });
  CHECK(error.code() == Errc::unavailable);
  CHECK(std::string(error.what()).find(lying.url()) != std::string::npos);
  CHECK(std::string(error.what()).find(breaking.url()) != std::string::npos);
}

TEST_CASE("what the visitor throws is not taken for a mirror's fault") {
  const TempDir dir;
  const TestMirror mirror(test::small_dataset(dir));
  const auto access = open_access({mirror.url()});
  SampleSpec spec;
  spec.count = 5;
  CHECK(error_of([&] {
          access->read(spec, [](Fragment) { throw Error(Errc::interrupted, "enough"); });
        }).code() == Errc::interrupted);
  CHECK(access->notes().empty());
}

TEST_CASE("places that make no sense are refused") {
  CHECK(error_of([] { open_access({}); }).code() == Errc::usage);
  CHECK(error_of([] { open_access({"http://h", "folder"}); }).code() == Errc::usage);
  CHECK(error_of([] { open_access({"/no/such/folder"}); }).code() == Errc::not_found);
}
