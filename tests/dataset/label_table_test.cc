#include "libfrag/dataset/label_table.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;

namespace {

std::vector<LabelRow> rows_of(const std::string& csv) {
  return parse_label_table(csv, "l.csv");
}

std::string table_error(const std::string& csv) {
  const Error error = error_of([&] { rows_of(csv); });
  CHECK(error.code() == Errc::bad_input);
  return error.what();
}

}  // namespace

TEST_CASE("columns come in any order and case, others are ignored, rows are sorted") {
  const auto rows = rows_of(
      "Note;CLASS;h;w;y;x;page;Path;split;group\n"
      "n;gel;;;;;2;b.tif;;p1\n"
      "n;sol;40;30;20;10;;a.png;test;\n");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].path == "a.png");
  CHECK(rows[0].class_name == "sol");
  CHECK(rows[0].split == "test");
  CHECK(rows[0].box == Box{10, 20, 30, 40});
  CHECK_FALSE(rows[0].page);
  CHECK(rows[0].line == 3);
  CHECK(rows[1].path == "b.tif");
  CHECK(rows[1].page == 2);
  CHECK_FALSE(rows[1].box);
}

TEST_CASE("two spellings of a path are one path") {
  const auto rows = rows_of("path,class\n./a//b.png,x\n");
  CHECK(rows[0].path == "a/b.png");
  CHECK(table_error("path,class\na/b.png,x\nc.png,x\na/./b.png,y\n") ==
        "l.csv:4: lines 2 and 4 name the same source, a/b.png; keep one of them");
}

TEST_CASE("pages are sorted as numbers, and a file as a whole and by pages is refused") {
  const auto rows = rows_of("path,class,page\na.tif,x,10\na.tif,x,9\n");
  CHECK(rows[0].page == 9);
  CHECK(table_error("path,class,page\na.tif,x,1\na.tif,x,\n")
            .find("l.csv:3: lines 2 and 3 name a.tif with a page and without") == 0);
}

TEST_CASE("the same box twice is refused, another box of the page is not") {
  const std::string head = "path,class,x,y,w,h\n";
  CHECK(rows_of(head + "a.png,x,0,0,5,5\na.png,y,5,0,5,5\n").size() == 2);
  CHECK(table_error(head + "a.png,x,0,0,5,5\na.png,y,0,0,5,5\n").find("l.csv:3: lines 2 and 3") == 0);
}

TEST_CASE("Windows' spelling of a table is understood") {
  const auto rows = parse_label_table("Path;CLASS\n2024\\.\\a.png;x\n", "l.csv");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].path == "2024/a.png");
}

TEST_CASE("a path that leads out of the image folder is refused") {
  const std::string head = "path,class\n";
  CHECK(table_error(head + "../a.png,x\n") == "l.csv:2: the path \"../a.png\" leads out of the image folder");
  CHECK(table_error(head + "a/../../b.png,x\n").find("leads out") != std::string::npos);
  CHECK(table_error(head + "/etc/a.png,x\n").find("is absolute") != std::string::npos);
  CHECK(table_error(head + "C:\\a.png,x\n").find("is absolute") != std::string::npos);
  CHECK(table_error(head + "..\\a.png,x\n").find("leads out") != std::string::npos);
  CHECK(table_error(head + "./,x\n").find("names no file") != std::string::npos);
  CHECK(table_error(head + ",x\n").find("the path is empty") != std::string::npos);
  CHECK(table_error(head + "\"a\nb.png\",x\n").find("control character") != std::string::npos);
}

TEST_CASE("a row's class, split and numbers are checked") {
  CHECK(table_error("path,class\na.png,\n") == "l.csv:2: the class \"\" of a.png is empty");
  CHECK(table_error("path,class\na.png,a/b\n").find("has a slash") != std::string::npos);
  CHECK(table_error("path,class,split\na.png,x,validation\n")
            .find("the split \"validation\" is none of train, val, test, fold0, fold1, ...") !=
        std::string::npos);
  CHECK(table_error("path,class,page\na.png,x,-1\n").find("page is \"-1\"; it is a whole number from 0") !=
        std::string::npos);
  CHECK(table_error("path,class,page\na.png,x,1.5\n").find("page is \"1.5\"") != std::string::npos);
  CHECK(
      table_error("path,class,x,y,w,h\na.png,x,0,0,0,5\n").find("w is \"0\"; it is a whole number from 1") !=
      std::string::npos);
  CHECK(table_error("path,class,x,y,w,h\na.png,x,0,,5,5\n").find("a box has x, y, w and h") !=
        std::string::npos);
}

TEST_CASE("a header without what is needed says what it has") {
  CHECK(table_error("file,class\n") == "l.csv:1: no column is named \"path\"; the columns are file, class");
  CHECK(table_error("path,label\n").find("no column is named \"class\"") != std::string::npos);
  CHECK(table_error("path,class,x,y\n").find("a box has the columns x, y, w and h") != std::string::npos);
  CHECK(table_error("path,class,CLASS\n").find("two columns are named \"class\"") != std::string::npos);
}

TEST_CASE("pages of a file share the group that one of them states") {
  const auto rows = rows_of("path,class,group,page\na.tif,x,,0\na.tif,x,p1,1\nb.tif,x,,0\n");
  CHECK(rows[0].group == "p1");
  CHECK(rows[1].group == "p1");
  CHECK(rows[2].group.empty());
}

TEST_CASE("a file has several groups only where every row states its own") {
  const std::string head = "path,class,group,page\n";
  const auto rows = rows_of(head + "a.tif,x,p1,0\na.tif,x,p2,1\n");
  CHECK(rows[0].group == "p1");
  CHECK(rows[1].group == "p2");
  CHECK(table_error(head + "a.tif,x,p1,0\na.tif,x,p2,1\na.tif,x,,2\n") ==
        "l.csv:4: the group is empty, and lines 2 and 3 give a.tif two groups; state it");
}
