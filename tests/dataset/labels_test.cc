#include "libfrag/dataset/labels.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::TempDir;
using frag::test::write_text;

TEST_CASE("images are found below their class folders, in the order of their names") {
  const TempDir dir;
  for (const char* name :
       {"b/2.png", "b/1.PNG", "a/deep/x.jpg", "a/notes.txt", ".hidden/y.png", "a/.z.png", "loose.png"}) {
    write_text(dir / name, "x");
  }
  std::vector<std::string> names;
  for (const auto& file : scan_class_folders(dir.path())) names.push_back(file.class_name + "|" + file.name);
  CHECK(names == std::vector<std::string>{"a|a/deep/x.jpg", "b|b/1.PNG", "b|b/2.png"});
}

TEST_CASE("a folder without class folders says how it should look") {
  const TempDir dir;
  write_text(dir / "image.png", "x");
  const Error error = error_of([&] { scan_class_folders(dir.path()); });
  CHECK(error.code() == Errc::bad_input);
  CHECK(std::string(error.what()).find("CLASS") != std::string::npos);
  CHECK(error_of([&] { scan_class_folders(dir / "missing"); }).code() == Errc::not_found);
}

TEST_CASE("groups come from the named capture, else the first, else the source itself") {
  CHECK(GroupRule("").group_of("a/1.png") == "a/1.png");
  CHECK(GroupRule("(?P<group>patient-\\d+)").group_of("a/patient-12_3.png") == "patient-12");
  CHECK(GroupRule("(x)?(?P<group>\\d+)").group_of("a/7.png") == "7");
  CHECK(GroupRule("/(\\w)").group_of("a/bcd.png") == "b");
}

TEST_CASE("a source outside the group rule is named") {
  const Error error = error_of([] { GroupRule("(patient-\\d+)").group_of("a/1.png"); });
  CHECK(std::string(error.what()).find("a/1.png") != std::string::npos);
}
