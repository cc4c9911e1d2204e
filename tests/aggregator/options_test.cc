#include "trainer/aggregator/options.h"

#include <catch2/catch.hpp>

#include "tests/aggregator/refusals.h"
#include "tests/rounds/weights.h"

namespace frag::aggregator {

using rounds::testing::TempDir;
using testing::errc_of;

namespace {

Options merged(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "fragagg");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  Options options;
  CLI::App program("", "fragagg");
  add_options(program, options);
  program.parse(static_cast<int>(argv.size()), argv.data());
  return merged_options(options, static_cast<int>(argv.size()), argv.data());
}

}  // namespace

TEST_CASE("keys of fragagg's file are its flags, which win over them") {
  const TempDir dir;
  const std::string file = (dir / "fragagg.toml").string();
  write_file_atomic(file, "state = \"rounds\"\nport = 9000\nuploads = 5\ntrust-proxy = [\"10.0.0.1\"]\n");
  const Options options = merged({"--config", file, "--port", "0"});
  CHECK(options.state == "rounds");
  CHECK(options.port == 0);
  CHECK(options.uploads == 5);
  CHECK(options.trust_proxy == std::vector<std::string>{"10.0.0.1"});
}

TEST_CASE("a file of fragagg that is wrong is refused by line and name") {
  const TempDir dir;
  const std::string file = (dir / "fragagg.toml").string();
  for (const auto& [text, says] : {std::pair("state = \"a\"\nprot = 3\n", ":2: \"prot\""),
                                   {"\nport = 70000\n", ":2: "},
                                   {"uploads = 0\n", ":1: "}}) {
    write_file_atomic(file, text);
    CHECK_THROWS_WITH(merged({"--config", file}), Catch::Matchers::StartsWith(file + says));
  }
  CHECK(errc_of([] { merged({}); }) == Errc::usage);
}

TEST_CASE("the installed example is a configuration") {
  const Options options = merged({"--config", FRAG_SOURCE_DIR "/trainer/aggregator/fragagg.toml"});
  CHECK(options.state == "/var/lib/fragagg");
  CHECK(options.trust_proxy == std::vector<std::string>{"127.0.0.1"});
}

}  // namespace frag::aggregator
