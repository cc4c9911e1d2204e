#include "trainer/event_file.h"

#include <catch2/catch.hpp>

#include "libfrag/base/file.h"
#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

std::vector<ScalarEvent> losses(std::int64_t count) {
  std::vector<ScalarEvent> events;
  for (std::int64_t step = 1; step <= count; ++step) {
    events.push_back({1.7e9, step, {{"loss", 1.0 / static_cast<double>(step)}}});
  }
  return events;
}

}  // namespace

TEST_CASE("CRC-32C is that of RFC 3720") {
  CHECK(crc32c("") == 0);
  CHECK(crc32c("123456789") == 0xe3069283u);
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aau);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43u);
}

TEST_CASE("events are appended one at a time") {
  const test::TempDir folder;
  const auto path = folder / "events";
  write_events(path, losses(1));
  const auto link = folder / "the same file";
  std::filesystem::create_hard_link(path, link);
  write_events(path, losses(2));
  write_events(path, losses(3));
  CHECK(read_file(path) == event_file(losses(3)));
  CHECK(std::filesystem::equivalent(path, link));  // TensorBoard has it open
}

TEST_CASE("a step that is done again replaces what was written of it") {
  const test::TempDir folder;
  const auto path = folder / "events";
  auto longer = losses(2);
  longer.push_back({1.7e9, 3, {{"loss", 2}, {"accuracy", 0.5}}});
  write_events(path, longer);
  write_events(path, losses(3));
  CHECK(read_file(path) == event_file(losses(3)));
}

TEST_CASE("events that are not these are replaced") {
  const test::TempDir folder;
  const auto path = folder / "events";
  test::write_text(path,
                   "something else that is longer than the events are, by far: " + std::string(900, '.'));
  write_events(path, losses(2));
  CHECK(read_file(path) == event_file(losses(2)));
}

TEST_CASE("several events are appended at once, behind a write that was cut short") {
  const test::TempDir folder;
  const auto path = folder / "events";
  write_events(path, losses(2));
  const auto link = folder / "the same file";
  std::filesystem::create_hard_link(path, link);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 5);
  write_events(path, losses(6));
  CHECK(read_file(path) == event_file(losses(6)));
  CHECK(std::filesystem::equivalent(path, link));
}
