#include "trainer/sweeping/sweep_bag.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "libfrag/base/file.h"
#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;
namespace fs = std::filesystem;

namespace {

constexpr char kRun[] = "run-0123456789ab";

SweepRecord finished_record() {
  return {.settings = {{"lr", 0.1}},
          .failure = {},
          .ended = 1.5,
          .result = {.val_accuracy = 1.0 / 3,
                     .val_loss = 0.7,
                     .deviation = 0.01,
                     .best_epoch = 0,
                     .epochs = 4,
                     .images_per_second = 99.5,
                     .seconds = 12}};
}

// Another process that holds the claim, until it is killed.
class Holder {
 public:
  explicit Holder(const SweepBag& bag) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    child_ = ::fork();
    if (child_ == 0) {
      const auto claim = bag.claim(kRun);
      const char answer = claim ? 'y' : 'n';
      (void)!::write(ready[1], &answer, 1);
      while (true) ::pause();
    }
    char answer = 0;
    REQUIRE(::read(ready[0], &answer, 1) == 1);
    CHECK(answer == 'y');
    ::close(ready[0]);
    ::close(ready[1]);
  }
  void kill_it() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = 0;
  }
  ~Holder() { kill_it(); }

 private:
  pid_t child_ = 0;
};

}  // namespace

TEST_CASE("a run is claimed by one process, and free again when that is killed") {
  const test::TempDir dir;
  const SweepBag bag(dir / "sweep");
  bag.make();
  Holder holder(bag);
  CHECK_FALSE(bag.claim(kRun));
  CHECK(bag.claim("run-ba9876543210"));
  holder.kill_it();
  CHECK(bag.claim(kRun));
}

TEST_CASE("a record comes back as it was, for as long as its run is there") {
  const test::TempDir dir;
  const SweepBag bag(dir / "sweep");
  bag.make();
  CHECK_FALSE(bag.record(kRun));
  fs::create_directory(bag.run_folder(kRun));
  bag.keep(kRun, finished_record());
  CHECK(bag.record(kRun) == finished_record());
  fs::remove(bag.run_folder(kRun));
  CHECK_FALSE(bag.record(kRun));
}

TEST_CASE("a failure is a record without a run") {
  const test::TempDir dir;
  const SweepBag bag(dir / "sweep");
  bag.make();
  const SweepRecord failed{.settings = {{"lr", 9}}, .failure = "diverged", .ended = 2, .result = {}};
  bag.keep(kRun, failed);
  CHECK(bag.record(kRun) == failed);
}

TEST_CASE("runs of another sweep file are told from these, other files from runs") {
  const test::TempDir dir;
  const SweepBag bag(dir / "sweep");
  CHECK(bag.others({}).empty());
  bag.make();
  bag.claim(kRun);
  for (const char* name : {kRun, "run-aaaaaaaaaaaa", "notes", "run-2"}) {
    fs::create_directory(bag.run_folder(name));
  }
  bag.keep("run-bbbbbbbbbbbb", {.settings = {{"lr", 9}}, .failure = "diverged", .ended = 2, .result = {}});
  CHECK(bag.others({kRun}) == std::vector<std::string>{"run-aaaaaaaaaaaa", "run-bbbbbbbbbbbb"});
}

TEST_CASE("a folder of something else is no bag") {
  const test::TempDir dir;
  test::write_text(dir / "notes.txt", "mine");
  const Error error = test::error_of([&] { SweepBag bag(dir.path()); });
  CHECK(error.code() == Errc::usage);
  CHECK(std::string(error.what()).find("holds no sweep") != std::string::npos);
  CHECK(test::error_of([&] { SweepBag bag(dir / "notes.txt"); }).code() == Errc::usage);
}

TEST_CASE("a record that was written by hand is refused by name") {
  const test::TempDir dir;
  const SweepBag bag(dir / "sweep");
  bag.make();
  test::write_text(dir / "sweep/bag/run-0123456789ab.json", "{\"settings\": {}}");
  const Error error = test::error_of([&] { bag.record(kRun); });
  CHECK(error.code() == Errc::bad_input);
  CHECK(std::string(error.what()).find("run-0123456789ab.json") != std::string::npos);
}

TEST_CASE("a run is called by all that its weights depend on") {
  CHECK(run_name({{"lr", 0.1}}) == run_name({{"lr", 0.1}}));
  CHECK(run_name({{"lr", 0.1}}) != run_name({{"lr", 0.2}}));
}
