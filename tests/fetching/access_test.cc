#include "libfrag/fetching/access.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>

#include "tests/fetching/test_mirror.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::TempDir;
using frag::test::TestMirror;

namespace {

struct Read {
  std::vector<FragmentId> ids;
  std::string pixels;
};

Read read_all(Access& access, std::uint64_t count) {
  SampleSpec spec;
  spec.count = count;
  spec.seed = 3;
  Read result;
  access.read({.spec = spec}, [&result](Fragment fragment) {
    result.ids.push_back(fragment.id);
    result.pixels += fragment.pixels.packed();
  });
  return result;
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

TEST_CASE("free turns are a function of their seed, and mirrors give the same") {
  const TempDir dir;
  const auto dataset = test::small_dataset(dir);
  const TestMirror mirror(dataset);
  const auto local = open_access({dataset.string()}), remote = open_access({mirror.url()});
  const auto read = [](Access& access, std::optional<std::uint64_t> seed) {
    std::string pixels;
    access.read({.spec = {.count = 30}, .free_turns = seed},
                [&pixels](const Fragment& fragment) { pixels += fragment.pixels.packed(); });
    return pixels;
  };
  const std::string turned = read(*local, 5);
  CHECK(turned.size() == read(*local, std::nullopt).size());
  CHECK(turned == read(*local, 5));
  CHECK(turned == read(*remote, 5));
  CHECK(turned != read(*local, 6));
  CHECK(turned != read(*local, std::nullopt));
}

TEST_CASE("a reading may leave out positions at the front, and changes fragments before they are seen") {
  const TempDir dir;
  const auto dataset = test::small_dataset(dir);
  const TestMirror mirror(dataset);
  for (const std::string& place : {dataset.string(), mirror.url()}) {
    const auto access = open_access({place});
    std::vector<std::uint64_t> positions;
    access->read({.spec = {.count = 12},
                  .skip = 9,
                  .prepare = [](const Fragment&, const Image&) { return Image(1, 1, 1); }},
                 [&positions](const Fragment& fragment) {
                   CHECK(fragment.pixels.width() == 1);
                   positions.push_back(fragment.position);
                 });
    CHECK(positions == std::vector<std::uint64_t>{9, 10, 11});
  }
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

TEST_CASE("a folder among mirrors is taken where it holds the dataset, and else named and passed over") {
  const TempDir dir;
  const auto wanted = test::small_dataset(dir, 3, 4, 1), other = test::small_dataset(dir, 3, 4, 2);
  const TestMirror mirror(wanted);
  const std::string id = DatasetFolder(wanted).catalog().id();
  const std::string nobody = "http://127.0.0.1:1";
  const auto local = open_access({nobody, other.string(), wanted.string()}, id);
  CHECK(local->catalog().id() == id);
  REQUIRE(local->notes().size() == 1);
  CHECK(local->notes().at(0).find(other.string() + " holds dataset ") == 0);
  const auto remote = open_access({other.string(), "/no/such/folder", mirror.url()}, id);
  CHECK(read_all(*remote, 20).pixels == read_all(*local, 20).pixels);
  CHECK(remote->notes().size() == 2);
  const Error error = error_of([&] { open_access({nobody, other.string()}, id); });
  CHECK(error.code() == Errc::unavailable);
  CHECK(std::string(error.what()).find(other.string()) != std::string::npos);
}

TEST_CASE("a reading that is cancelled ends, and the access goes on") {
  const TempDir dir;
  const auto dataset = test::small_dataset(dir);
  const TestMirror mirror(dataset);
  for (const std::string& place : {dataset.string(), mirror.url()}) {
    const auto access = open_access({place});
    const auto read = [&] {
      access->read({.spec = {.count = 12}, .cancelled = [] { return true; }}, [](const Fragment&) {});
    };
    CHECK(error_of(read).code() == Errc::interrupted);
    CHECK(read_all(*access, 12).ids.size() == 12);
  }
}

TEST_CASE("a reading is cancelled while its mirror is silent") {
  const TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir, 3, 4, 771));  // in no cache of sources
  Mirror renders(folder, 1 << 24);
  std::promise<void> over;
  const auto released = over.get_future().share();
  std::atomic<bool> asked{false};
  const http::Server silent({}, [&](http::Request& request) {
    const bool of_fragments = request.path == "/v1/sample" || request.path.starts_with("/files/store/");
    if (!of_fragments) return renders.handle(request);
    asked = true;
    released.wait();
    return http::Response::problem(503, "it was silent until the test's end");
  });
  const auto access = open_access({silent.url()});
  const auto read = [&] {
    access->read({.spec = {.count = 12}, .cancelled = [&] { return asked.load(); }}, [](const Fragment&) {});
  };
  CHECK(error_of(read).code() == Errc::interrupted);
  over.set_value();
}

TEST_CASE("what the visitor throws is not taken for a mirror's fault") {
  const TempDir dir;
  const TestMirror mirror(test::small_dataset(dir));
  const auto access = open_access({mirror.url()});
  SampleSpec spec;
  spec.count = 5;
  CHECK(error_of([&] {
          access->read({.spec = spec}, [](const Fragment&) { throw Error(Errc::interrupted, "enough"); });
        }).code() == Errc::interrupted);
  CHECK(access->notes().empty());
}

TEST_CASE("places that make no sense are refused") {
  CHECK(error_of([] { open_access({}); }).code() == Errc::usage);
  CHECK(error_of([] { open_access({"http://h", "folder"}); }).code() == Errc::usage);
  CHECK(error_of([] { open_access({"/no/such/folder"}); }).code() == Errc::not_found);
}
