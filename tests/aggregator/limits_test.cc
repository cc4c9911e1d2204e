// Rate, room on the disk, and what is kept of uploads that break off.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "libfrag/base/digest.h"
#include "libfrag/base/file.h"
#include "tests/aggregator/refusals.h"
#include "tests/rounds/weights.h"
#include "trainer/aggregator/incoming.h"
#include "trainer/aggregator/rate_limit.h"
#include "trainer/aggregator/upload.h"

namespace frag::aggregator {

using rounds::testing::TempDir;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::errc_of;
using testing::http_status;

namespace {

// A place for uploads on a disk with as much room as the test says.
struct Disk {
  explicit Disk(IncomingLimits limits = {})
      : state(dir / "state"),
        reserve(
            state.weights(0).parent_path(), 100, [this](const auto&) { return free; }, milliseconds(0)),
        incoming(state, reserve, limits) {}

  std::size_t files() const {
    const auto all = std::filesystem::directory_iterator(dir / "state/incoming");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  TempDir dir;
  std::uint64_t free = 1000;
  StateDirectory state;
  DiskReserve reserve;
  Incoming incoming;
};

// A body of these bytes, which breaks off behind them where `whole` says so.
http::Request body_of(const std::string& bytes, bool whole = true, const std::string& range = "") {
  http::Request request;
  request.headers["content-length"] = std::to_string(bytes.size());
  if (!range.empty()) request.headers["content-range"] = range;
  request.body = [bytes, whole, at = std::size_t{0}](char* buffer, std::size_t capacity) mutable {
    const std::size_t count = std::min(capacity, bytes.size() - at);
    if (count == 0 && !whole) throw http::HttpError(400, "the body broke off");
    bytes.copy(buffer, count, at);
    at += count;
    return count;
  };
  return request;
}

// A sender in a thread of its own that stays silent behind its first three bytes until it is cut.
class Silent {
 public:
  Silent(Disk& disk, const std::string& name)
      : thread_([this, &disk, name] {
          status_ = http_status([&] { Upload(request(), disk.incoming, name, 10); });
        }) {
    while (!began_) std::this_thread::yield();
  }
  ~Silent() { end(); }
  Silent(const Silent&) = delete;
  Silent& operator=(const Silent&) = delete;

  // What it is answered: 503 where it was cut before, else as one that goes away by itself.
  int end() {
    cut_ = true;
    if (thread_.joinable()) thread_.join();
    return status_;
  }

 private:
  http::Request request() {
    http::Request request = body_of("abcdefg");
    request.cut = [this] { cut_ = true; };
    request.body = [this](char* buffer, std::size_t) -> std::size_t {
      if (!said_.exchange(true)) return std::string("abc").copy(buffer, 3);
      began_ = true;
      while (!cut_) std::this_thread::yield();
      throw http::HttpError(400, "the body broke off");
    };
    return request;
  }

  std::atomic<bool> said_{false}, began_{false}, cut_{false};
  int status_ = 0;
  std::thread thread_;
};

}  // namespace

TEST_CASE("a client has its requests a second, ten seconds' worth at once, and others theirs") {
  RateLimit::Clock::time_point now{};
  RateLimit limit(2, [&] { return now; });
  const auto status = [&](const char* who) { return http_status([&] { limit.admit(who); }); };
  for (int i = 0; i < 20; ++i) CHECK(status("a") == 200);
  CHECK(status("a") == 429);
  CHECK(status("b") == 200);
  now += milliseconds(500);
  CHECK(status("a") == 200);
  CHECK(status("a") == 429);
  now += seconds(100);
  for (int i = 0; i < 20; ++i) CHECK(status("a") == 200);
  CHECK(status("a") == 429);
}

TEST_CASE("however many clients come, few are remembered") {
  RateLimit limit(1);
  for (std::size_t i = 0; i < 3 * RateLimit::kMostClients; ++i) limit.admit(std::to_string(i));
  SUCCEED();
}

TEST_CASE("below its reserve the disk takes nothing new, and again when there is room") {
  Disk disk;
  CHECK(disk.reserve.trouble().empty());
  disk.free = 99;
  CHECK_FALSE(disk.reserve.trouble().empty());
  CHECK(http_status([&] { Upload(body_of("abc"), disk.incoming, "a", 10); }) == 507);
  CHECK(disk.files() == 0);
  disk.free = 100;
  CHECK(http_status([&] { Upload(body_of("abc"), disk.incoming, "a", 10); }) == 200);
}

TEST_CASE("the reserve is twice the newest weights and some more where nobody says") {
  const TempDir dir;
  std::filesystem::create_directory(dir / "weights");
  std::uint64_t free = 0;
  DiskReserve reserve(
      dir / "weights", 0, [&](const auto&) { return free; }, milliseconds(0));
  write_file_atomic(dir / "weights/00000009.safetensors", std::string(1000, 'x'));
  write_file_atomic(dir / "weights/00000010.safetensors", std::string(50, 'x'));
  free = (64 << 20) + 100;
  CHECK(reserve.trouble().empty());
  --free;
  CHECK_FALSE(reserve.trouble().empty());
}

TEST_CASE("an upload that breaks off goes on where it was, and its digest is of the whole") {
  Disk disk;
  CHECK(http_status([&] { Upload(body_of("abc", false), disk.incoming, "a", 10); }) == 400);
  CHECK(disk.incoming.kept_bytes("a") == 3);
  CHECK(disk.incoming.kept_bytes("b") == 0);
  const Upload upload(body_of("defg", true, "bytes 3-6/7"), disk.incoming, "a", 10);
  CHECK(upload.whole());
  CHECK(upload.bytes() == 7);
  CHECK(upload.digest() == xxh3_128_hex("abcdefg"));
  CHECK(read_file(upload.path()) == "abcdefg");
  CHECK(disk.incoming.kept_bytes("a") == 0);
}

TEST_CASE("a file may come in pieces") {
  Disk disk;
  const Upload first(body_of("ab", true, "bytes 0-1/3"), disk.incoming, "a", 10);
  CHECK_FALSE(first.whole());
  CHECK(first.bytes() == 2);
  CHECK(Upload(body_of("c", true, "bytes 2-2/3"), disk.incoming, "a", 10).digest() == xxh3_128_hex("abc"));
  CHECK(disk.files() == 0);
}

TEST_CASE("a piece that does not belong there is refused with the place where it does") {
  Disk disk;
  CHECK(http_status([&] { Upload(body_of("abc", false), disk.incoming, "a", 10); }) == 400);
  try {
    Upload(body_of("e", true, "bytes 4-4/5"), disk.incoming, "a", 10);
    FAIL("taken");
  } catch (const http::HttpError& error) {
    CHECK(error.status() == 409);
    CHECK(error.headers().at(0) == std::pair<std::string, std::string>("Upload-Offset", "3"));
  }
  CHECK(disk.incoming.kept_bytes("a") == 3);
  for (const char* range :
       {"bytes 3-4/4", "bytes 3-2/9", "bytes 3-3/*", "bytes=3-3/9", "3-3/9", "bytes 3-9/20"})
    CHECK(http_status([&] { Upload(body_of("e", true, range), disk.incoming, "a", 10); }) == 416);
  CHECK(http_status([&] { Upload(body_of("e", true, "bytes 3-3/11"), disk.incoming, "a", 10); }) == 413);
  CHECK(Upload(body_of("new"), disk.incoming, "a", 10).digest() == xxh3_128_hex("new"));
  CHECK(disk.files() == 0);
}

TEST_CASE("what is kept of broken uploads is bounded in number and age, and goes when the disk is short") {
  Disk disk({.uploads = 1, .kept = 2, .kept_for = seconds(3600)});
  for (const char* name : {"a", "b", "c"})
    CHECK(http_status([&] { Upload(body_of("abc", false), disk.incoming, name, 10); }) == 400);
  CHECK(disk.files() == 2);
  CHECK(disk.incoming.kept_bytes("a") == 0);
  CHECK(disk.incoming.kept_bytes("c") == 3);
  disk.free = 0;
  CHECK(http_status([&] { Upload(body_of("x"), disk.incoming, "d", 10); }) == 507);
  CHECK(disk.files() == 0);
  Disk brief({.uploads = 1, .kept = 2, .kept_for = seconds(-1)});
  CHECK(http_status([&] { Upload(body_of("abc", false), brief.incoming, "a", 10); }) == 400);
  CHECK(brief.files() == 0);
}

TEST_CASE("as many uploads as may be are under way, and one more may come when one has ended") {
  Disk disk({.uploads = 1, .kept = 2, .kept_for = seconds(3600)});
  {
    const auto place = disk.incoming.enter("held", {});
    CHECK(http_status([&] { Upload(body_of("abc"), disk.incoming, "a", 10); }) == 503);
  }
  CHECK(http_status([&] { Upload(body_of("abc"), disk.incoming, "a", 10); }) == 200);
}

TEST_CASE("who asks how much came of an upload ends it, and is told of all that came") {
  Disk disk;
  Silent sender(disk, "a");
  CHECK(disk.incoming.kept_bytes("b") == 0);
  CHECK(disk.incoming.kept_bytes("a") == 3);
  CHECK(sender.end() == 503);
}

TEST_CASE("an upload that goes on ends the one of its name that hangs") {
  Disk disk;
  Silent sender(disk, "a");
  CHECK(Upload(body_of("defg", true, "bytes 3-6/7"), disk.incoming, "a", 10).digest() ==
        xxh3_128_hex("abcdefg"));
  CHECK(sender.end() == 503);
}

TEST_CASE("where all places are taken, who sends too slowly gives way") {
  Disk disk({.uploads = 1, .slow_after = seconds(0)});
  Silent sender(disk, "slow");
  CHECK(http_status([&] { Upload(body_of("abc"), disk.incoming, "quick", 10); }) == 200);
  CHECK(sender.end() == 503);
  CHECK(disk.incoming.kept_bytes("slow") == 3);
}

TEST_CASE("where all places are taken, who sends fast enough keeps its own") {
  Disk disk({.uploads = 1, .slow_after = seconds(3600)});
  Silent sender(disk, "a");
  CHECK(http_status([&] { Upload(body_of("abc"), disk.incoming, "b", 10); }) == 503);
  CHECK(disk.incoming.kept_bytes("a") == 3);  // which ends it
}

TEST_CASE("an upload keeps its place while somebody looks at what it holds") {
  Disk disk({.uploads = 1, .kept = 2, .kept_for = seconds(3600)});
  {
    const Upload held(body_of("abc"), disk.incoming, "a", 10);
    CHECK(http_status([&] { Upload(body_of("abc"), disk.incoming, "b", 10); }) == 503);
  }
  CHECK(http_status([&] { Upload(body_of("abc"), disk.incoming, "b", 10); }) == 200);
}

}  // namespace frag::aggregator
