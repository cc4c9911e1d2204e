#include "libfrag/dataset/csv.h"

#include <catch2/catch.hpp>
#include <vector>

#include "libfrag/base/random.h"
#include "libfrag/base/text.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;

namespace {

// "LINE:field|field", a row.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> rows;
  read_csv(text, "t.csv", [&rows](const CsvRow& row) {
    rows.push_back(std::to_string(row.line) + ":" + join({row.fields.begin(), row.fields.end()}, "|"));
  });
  return rows;
}

std::string csv_error(const std::string& text) {
  const Error error = error_of([&] { lines_of(text); });
  CHECK(error.code() == Errc::bad_input);
  return error.what();
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("quoted fields hold separators, quotes and line ends, and lines are still counted") {
  CHECK(lines_of("a,b\n\"x,1\",\"he said \"\"no\"\"\"\n\"two\nlines\",y\nz,\n") ==
        Rows{"1:a|b", "2:x,1|he said \"no\"", "3:two\nlines|y", "5:z|"});
}

TEST_CASE("lines end in LF, CRLF or CR, the last with or without") {
  const std::string end = GENERATE(as<std::string>{}, "\n", "\r\n", "\r");
  const Rows expected = {"1:a|b", "2:1|2", "4:3|4"};
  CHECK(lines_of("a,b" + end + "1,2" + end + end + "3,4" + end) == expected);
  CHECK(lines_of("a,b" + end + "1,2" + end + end + "3,4") == expected);
}

TEST_CASE("the header decides between commas, semicolons and tabs") {
  const std::string separator = GENERATE(as<std::string>{}, ",", ";", "\t");
  CHECK(lines_of("a" + separator + "b" + separator + "c\n1" + separator + "2" + separator + "3\n") ==
        Rows{"1:a|b|c", "2:1|2|3"});
  CHECK(lines_of("\"a,b,c\";b\n1,5;2\n") == Rows{"1:a,b,c|b", "2:1,5|2"});
}

TEST_CASE("a byte order mark, blank lines and spaces around fields are passed over") {
  CHECK(lines_of("\xef\xbb\xbf\n a , b\n\n  \n 1 ,\" 2 \"\n") == Rows{"2:a|b", "5:1| 2 "});
}

TEST_CASE("a row with a field too few or too many is named by its line") {
  CHECK(csv_error("a,b\n1,2\n1\n") == "t.csv:3: 1 fields where the header has 2");
  CHECK(csv_error("a,b\n\"1\n\",2\n1,2,3\n") == "t.csv:4: 3 fields where the header has 2");
}

TEST_CASE("quotes where none may stand are named by their line") {
  CHECK(csv_error("a,b\n1,2\n3,x\"y\n").starts_with("t.csv:3: a quote inside a field"));
  CHECK(csv_error("a,b\n\"1\"2,3\n").starts_with("t.csv:2: a quote inside a field"));
  CHECK(csv_error("a,b\n1,2\n3,\"x\n4,5\n") ==
        "t.csv:3: a quoted field in the row that begins here is never closed");
}

TEST_CASE("text that is not UTF-8 says so and how to save it") {
  CHECK(csv_error(std::string("\xff\xfe", 2) + "a") ==
        "t.csv:1: the text is UTF-16; save it as CSV in UTF-8");
  CHECK(csv_error("a,b\n1,2\n\xe4,3\n") == "t.csv:3: the text is not UTF-8; save it as CSV in UTF-8");
}

TEST_CASE("a text without rows lacks its header") {
  CHECK(csv_error("\n\n").find("no header row") != std::string::npos);
  CHECK(csv_error("").find("no header row") != std::string::npos);
}

TEST_CASE("what the taker throws comes out and ends the reading") {
  int rows = 0;
  const Error error = error_of([&] {
    read_csv("a\n1\n2\n3\n", "t.csv", [&rows](const CsvRow&) {
      if (++rows == 2) throw Error(Errc::refused, "enough");
    });
  });
  CHECK(error.code() == Errc::refused);
  CHECK(rows == 2);
}

TEST_CASE("fields written with every kind of character come back, across the reader's pieces") {
  SplitMix64 random(7);
  const std::string alphabet = "ab ,;\t\"\n\r'x";
  std::string text = "a,b\n";
  Rows expected = {"a|b"};
  for (int i = 0; i < 20000; ++i) {
    std::string row;
    for (int column = 0; column < 2; ++column) {
      std::string field = "_";  // never blank
      for (std::uint64_t left = random.below(8); left > 0; --left)
        field += alphabet[random.below(alphabet.size())];
      row += (column == 0 ? "" : "|") + field;
      std::string quoted;
      for (const char c : field) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
      text += (column == 0 ? "\"" : ",\"") + quoted + "\"";
    }
    text += "\n";
    expected.push_back(row);
  }
  Rows got;
  read_csv(text, "t.csv", [&got](const CsvRow& row) {
    got.push_back(join({row.fields.begin(), row.fields.end()}, "|"));
  });
  CHECK(got == expected);
}
