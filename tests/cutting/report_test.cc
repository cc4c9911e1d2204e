#include "libfrag/cutting/report.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "libfrag/cutting/cut.h"
#include "libfrag/cutting/html.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::TempDir;

TEST_CASE("the five characters of HTML become entities") {
  CHECK(html_text("a<b>&\"c'") == "a&lt;b&gt;&amp;&quot;c&#39;");
  CHECK(html_text("Zürich µm") == "Zürich µm");
}

TEST_CASE("base64 gives the vectors of RFC 4648") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xff\xfe") == "//4=");
}

TEST_CASE("a report names every class, side and key of the recipe") {
  const TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir));
  const std::string html = write_report(folder);
  for (const std::string text : {"class0", "class2", "train", "val", "test", "min_detail", "50/25/25"}) {
    CAPTURE(text);
    CHECK(html.find(text) != std::string::npos);
  }
  CHECK(html.find(folder.catalog().id()) != std::string::npos);
  CHECK(html.find("Nothing lies on two sides") != std::string::npos);
}

TEST_CASE("a report lists the sources with their sides, what was left out, and the recipe in plain words") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 4, 100, 80);
  test::write_text(dir / "images/class0/broken.png", "no image");
  CutOptions options = test::small_cut(dir, "d.frag");
  options.recipe.split = "80/20";
  cut(options);
  const std::string html = write_report(DatasetFolder(options.dataset));
  for (const std::string text :
       {"class0/broken.png</th><td>left out", "class0/0.png</th><td>class0</td><td>", "Written on 20",
        "were asked for", "<td>left 0, top 0, right 0, bottom 0</td>", "<td>from folder</td>"}) {
    CAPTURE(text);
    CHECK(html.find(text) != std::string::npos);
  }
  CHECK(html.find("null") == std::string::npos);
}

TEST_CASE("two reports of one dataset are equal") {
  const TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir));
  CHECK(write_report(folder) == write_report(folder));
}

TEST_CASE("a report says which leak the audit found") {
  const TempDir dir;
  test::write_image_set(dir / "images", 1, 3, 100, 80);
  const std::filesystem::path folder = dir / "images/class0";
  std::filesystem::copy_file(folder / "0.png", folder / "copy.png");
  CutOptions options = test::small_cut(dir, "leaky.frag");
  options.recipe.split = "4 folds";
  cut(options);
  const std::string html = write_report(DatasetFolder(options.dataset));
  CHECK(html.find("equal files") != std::string::npos);
  CHECK(html.find("class0/copy.png") != std::string::npos);
}

TEST_CASE("names from outside are escaped") {
  const TempDir dir;
  test::write_image_set(dir / "images", 1, 4, 100, 80);
  std::filesystem::rename(dir / "images/class0", dir / "images/<script>alert(1)<");
  CutOptions options = test::small_cut(dir, "odd.frag");
  cut(options);
  ReportOptions report;
  report.title = "<img onerror=x>";
  const std::string html = write_report(DatasetFolder(options.dataset), report);
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("<img onerror") == std::string::npos);
  CHECK(html.find("&lt;script&gt;alert(1)&lt;") != std::string::npos);
}

TEST_CASE("a recipe's contrast is shown before and after") {
  const TempDir dir;
  test::write_image_set(dir / "images", 1, 4, 100, 80);
  CutOptions options = test::small_cut(dir, "stretched.frag");
  options.recipe.contrast = Contrast::stretch;
  cut(options);
  CHECK(write_report(DatasetFolder(options.dataset)).find("after stretch") != std::string::npos);
}
