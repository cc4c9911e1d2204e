#include "libfrag/base/file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <thread>

#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::TempDir;

TEST_CASE("an atomic write replaces the file as a whole") {
  const TempDir dir;
  write_file_atomic(dir / "a", "old");
  write_file_atomic(dir / "a", "new and longer");
  CHECK(read_file(dir / "a") == "new and longer");
}

TEST_CASE("an atomic file that is not committed leaves nothing") {
  const TempDir dir;
  { AtomicFile(dir / "a").write("half"); }
  CHECK(std::filesystem::is_empty(dir.path()));
}

TEST_CASE("pieces written where they belong make the file, in any order and from any thread") {
  const TempDir dir;
  AtomicFile file(dir / "a");
  file.write("he");
  file.resize(11);
  std::thread([&] { file.write_at(6, "world"); }).join();
  file.write_at(2, "llo ");
  CHECK(file.size() == 11);
  file.commit();
  CHECK(read_file(dir / "a") == "hello world");
}

TEST_CASE("a write beyond the disk's room is an io error that names the file, and leaves nothing") {
  const TempDir dir;
  // A limit on file sizes is the one full disk that a test may make without being root.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{1 << 16, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const Error error = error_of([&] { write_file_atomic(dir / "big", std::string(1 << 20, 'x')); });
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK(error.code() == Errc::io);
  CHECK(std::string(error.what()).find("big") != std::string::npos);
  CHECK(std::filesystem::is_empty(dir.path()));
}

TEST_CASE("a pipe is written in place and stays a pipe") {
  const TempDir dir;
  REQUIRE(::mkfifo((dir / "pipe").c_str(), 0600) == 0);
  std::string got;
  std::thread reader([&] { std::getline(std::ifstream(dir / "pipe"), got); });
  write_file_atomic(dir / "pipe", "through\n");
  reader.join();
  CHECK(got == "through");
  CHECK(std::filesystem::is_fifo(dir / "pipe"));
}

TEST_CASE("a regular file behind /dev/stdout and its like is written in place, and the link stays a link") {
  const TempDir dir;
  const int fd = ::open((dir / "redirected").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  REQUIRE(fd >= 0);
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  write_file_atomic(link, "table");
  CHECK(std::filesystem::is_symlink(link));
  ::close(fd);
  CHECK(read_file(dir / "redirected") == "table");
}

TEST_CASE("reading past the end of a file is an error, not fewer bytes") {
  const TempDir dir;
  write_file_atomic(dir / "a", "12345");
  const FileReader reader(dir / "a");
  CHECK(reader.read(1, 4) == "2345");
  CHECK(error_of([&] { reader.read(2, 4); }).code() == Errc::bad_input);
}

TEST_CASE("a missing file is told apart from an unreadable one") {
  const TempDir dir;
  CHECK(error_of([&] { read_file(dir / "missing"); }).code() == Errc::not_found);
  CHECK(error_of([&] { read_file(dir.path()); }).code() == Errc::bad_input);
}

TEST_CASE("a file over the limit is refused before it is read") {
  const TempDir dir;
  write_file_atomic(dir / "a", "12345");
  CHECK(error_of([&] { read_file(dir / "a", 4); }).code() == Errc::bad_input);
}
