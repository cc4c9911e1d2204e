#include "trainer/event_file.h"

#include <catch2/catch.hpp>

#include "libfrag/base/file.h"
#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

History epochs(std::int64_t count) {
  History history;
  for (std::int64_t epoch = 1; epoch <= count; ++epoch) {
    history.push_back({.epoch = epoch, .loss = 1.0 / static_cast<double>(epoch), .ended = 1.7e9});
  }
  return history;
}

}  // namespace

TEST_CASE("CRC-32C is that of RFC 3720") {
  CHECK(crc32c("") == 0);
  CHECK(crc32c("123456789") == 0xe3069283u);
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aau);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43u);
}

TEST_CASE("events are appended an epoch at a time") {
  const test::TempDir folder;
  const auto path = folder / "events";
  write_events(path, epochs(1));
  const auto link = folder / "the same file";
  std::filesystem::create_hard_link(path, link);
  write_events(path, epochs(2));
  write_events(path, epochs(3));
  CHECK(read_file(path) == event_file(epochs(3)));
  CHECK(std::filesystem::equivalent(path, link));  // TensorBoard has it open
}

TEST_CASE("an epoch that is done again replaces what was written of it") {
  const test::TempDir folder;
  const auto path = folder / "events";
  History longer = epochs(2);
  longer.push_back({.epoch = 3, .val_loss = 1, .val_accuracy = 0.5});
  write_events(path, longer);
  write_events(path, epochs(3));
  CHECK(read_file(path) == event_file(epochs(3)));
}

TEST_CASE("events that are not this history's are replaced") {
  const test::TempDir folder;
  const auto path = folder / "events";
  test::write_text(path,
                   "something else that is longer than the events are, by far: " + std::string(900, '.'));
  write_events(path, epochs(2));
  CHECK(read_file(path) == event_file(epochs(2)));
}
