#include "server/options.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;

namespace {

FragdOptions merged(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  FragdOptions options;
  CLI::App program("", "fragd");
  add_options(program, options);
  program.parse(static_cast<int>(argv.size()), argv.data());
  return merged_options(options, static_cast<int>(argv.size()), argv.data());
}

}  // namespace

TEST_CASE("keys of the file are the flags' names, and flags win over them") {
  const test::TempDir dir;
  const std::string file = (dir / "fragd.toml").string();
  test::write_text(file,
                   "datasets = [\"a\", \"b\"]\nport = 9000\nqueue = 5\nhost = \"0.0.0.0\"\n"
                   "trust-proxy = [\"10.0.0.1\", \"10.0.0.2\"]\n");
  const FragdOptions from_file = merged({"fragd", "--config", file});
  CHECK(from_file.datasets == std::vector<std::string>{"a", "b"});
  CHECK(from_file.port == 9000);
  CHECK(from_file.trust_proxy == std::vector<std::string>{"10.0.0.1", "10.0.0.2"});
  const FragdOptions both = merged({"fragd", "c", "--config", file, "--port", "0"});
  CHECK(both.datasets == std::vector<std::string>{"c"});
  CHECK(both.port == 0);
  CHECK(both.queue == 5);
  CHECK(both.host == "0.0.0.0");
}

TEST_CASE("a file that is wrong is refused by line and name") {
  const test::TempDir dir;
  const std::string file = (dir / "fragd.toml").string();
  for (const auto& [text, says] : {std::pair("port = 1\nqueu = 3\n", ":2: \"queu\""),
                                   {"port = 1\nconfig = \"x\"\n", ":2: \"config\""},
                                   {"\nport = 70000\n", ":2: "},
                                   {"renders = 1.5\n", ":1: \"renders\""},
                                   {"datasets = [1]\n", ":1: \"datasets\""},
                                   {"port = \n", ":1: "},
                                   {"[server]\nport = 1\n", ":1: \"server\""}}) {
    test::write_text(file, text);
    const Error error = error_of([&] { read_config(file); });
    INFO(text << error.what());
    CHECK(error.code() == Errc::bad_input);
    CHECK(std::string(error.what()).find(file + says) == 0);
  }
  CHECK(error_of([&] { read_config((dir / "none").string()); }).code() == Errc::not_found);
  CHECK(error_of([] { merged({"fragd"}); }).code() == Errc::usage);
}

TEST_CASE("the configuration that is installed can be read") {
  CHECK(read_config(FRAG_SOURCE_DIR "/server/fragd.toml").datasets.size() == 1);
}
