#include "libfrag/base/text.h"

#include <catch2/catch.hpp>

#include "libfrag/base/error.h"

using namespace frag;

TEST_CASE("blanks go from both ends and from nowhere else") {
  CHECK(trimmed(" \ta b\r\n") == "a b");
  CHECK(trimmed("a") == "a");
  CHECK(trimmed(" \t\r\n").empty());
  CHECK(trimmed("").empty());
}

TEST_CASE("counts are grouped by thousands") {
  CHECK(format_count(0) == "0");
  CHECK(format_count(999) == "999");
  CHECK(format_count(4559688) == "4,559,688");
}

TEST_CASE("bytes carry binary units") {
  CHECK(format_bytes(1023) == "1023 B");
  CHECK(format_bytes(1536) == "1.5 KiB");
  CHECK(format_bytes(UINT64_MAX) == "16.0 EiB");
}

TEST_CASE("durations read as people say them") {
  CHECK(format_seconds(3.25) == "3.2 s");
  CHECK(format_seconds(75) == "1 min 15 s");
  CHECK(format_seconds(7500) == "2 h 5 min");
}

TEST_CASE("sizes are WIDTHxHEIGHT and nothing else") {
  CHECK(parse_size("2272x1704") == std::pair<std::int64_t, std::int64_t>(2272, 1704));
  for (const char* wrong : {"", "2272", "0x5", "-1x5", "2272x1704x3", "a x b", "2272 x1704"}) {
    INFO(wrong);
    CHECK_THROWS_AS(parse_size(wrong), Error);
  }
}

TEST_CASE("a typing error finds what was meant, and another word nothing") {
  const std::vector<std::string> names = {"gray", "rgb", "keep", "--tile", "cut"};
  const std::vector<std::pair<const char*, const char*>> meant = {
      {"grey", "gray"}, {"--tiel", "--tile"}, {"--tiles", "--tile"}, {"ct", "cut"}, {"kep", "keep"}};
  for (const auto& [text, name] : meant) CHECK(nearest(text, names) == std::string(name));
  for (const char* other : {"cmyk", "", "--folds", "brg"}) {
    INFO(other);
    CHECK_FALSE(nearest(other, names));
  }
  CHECK(is_none_of("grey", {"gray", "rgb"}) == "\"grey\" is none of gray, rgb; did you mean gray?");
  CHECK(is_none_of("mauve", {"gray", "rgb"}) == "\"mauve\" is none of gray, rgb");
}

TEST_CASE("extensions are in lower case, things are counted as people do") {
  CHECK(lower_extension("A.B/picture.JPG") == ".jpg");
  CHECK(lower_extension("A.B/picture").empty());
  CHECK(count_of(1, "source") == "1 source");
  CHECK(count_of(1200, "source") == "1,200 sources");
}

TEST_CASE("letters beyond ASCII are spelt with Latin ones") {
  CHECK(in_ascii("Mäuse-Größe 5 µm, café, Łódź") == "Maeuse-Groesse 5 um, cafe, Lodz");
  CHECK(in_ascii("細胞 \xc3") == "?? ?");
}

TEST_CASE("what strangers write fits on a line") {
  CHECK(one_line("Mäuse", 300) == "Mäuse");
  CHECK(one_line("a\nb\x1b[2J\x7f\xc2\x9b!", 300) == "a b [2J  !");
  CHECK(one_line("0123456789", 10) == "0123456789");
  CHECK(one_line("0123456789a", 10) == "0123456...");
  CHECK(one_line("012345\xc3\xa4\xc3\xa4\xc3\xa4", 10) == "012345...");
}

TEST_CASE("numbers are whole texts") {
  CHECK(parse_integer("42") == 42);
  CHECK_FALSE(parse_integer("42 "));
  CHECK_FALSE(parse_integer(""));
  CHECK(parse_number("0.5") == 0.5);
  CHECK_FALSE(parse_number("inf"));
}
