#include <catch2/catch.hpp>

#include "libfrag/base/file.h"
#include "tests/support/support.h"
#include "trainer/reporting/charts.h"
#include "trainer/reporting/run_report.h"

using namespace frag;
using namespace frag::trainer;

namespace {

std::size_t count_in(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

ModelCard two_classes() {
  return {.model = "small", .classes = {"a<b", "c"}, .mean = {100}, .deviation = {30}};
}

}  // namespace

TEST_CASE("the hardest fragments are those whose own class is least probable, earlier ones first of equals") {
  Evaluation evaluation;
  evaluation.set = {.classes = 2, .truth = {0, 1, 0, 1}, .sources = {0, 0, 1, 1}, .groups = {0, 0, 1, 1}};
  evaluation.probabilities = {0.3f, 0.7f, 0.9f, 0.1f, 0.3f, 0.7f, 0.2f, 0.8f};
  CHECK(hardest_places(evaluation, 3) == std::vector<std::size_t>{1, 0, 2});
  CHECK(hardest_places(evaluation, 9) == std::vector<std::size_t>{1, 0, 2, 3});
}

TEST_CASE("a run's record has the columns that its history has, and gaps where cells are empty") {
  const test::TempDir folder;
  write_file_atomic(folder.path() / "history.csv",
                    "epoch,loss,val_accuracy,new_column\n1,0.5,,7\n2,0.25,0.75,8\n");
  write_file_atomic(folder.path() / "run.json", "{\"settings\": {\"seed\": 4}}\n");
  const RunRecord record = read_run_record(folder.path());
  REQUIRE(record.history.size() == 4);
  CHECK(record.column("val_accuracy")->values == std::vector<std::optional<double>>{std::nullopt, 0.75});
  CHECK(record.column("new_column")->values.back() == 8);
  CHECK(record.column("absent") == nullptr);
  CHECK(record.run["settings"]["seed"] == 4);
}

TEST_CASE("a run without a record has one without anything, a damaged one is named") {
  const test::TempDir folder;
  CHECK(read_run_record(folder.path()).run.is_null());
  CHECK(read_run_record(folder.path() / "weights.safetensors").history.empty());
  write_file_atomic(folder.path() / "run.json", "[1, 2");
  const Error error = test::error_of([&] { read_run_record(folder.path()); });
  CHECK(error.code() == Errc::bad_input);
  CHECK(std::string(error.what()).find("run.json") != std::string::npos);
}

TEST_CASE("a line chart has a point a value, and lifts its pen where there is none") {
  const std::string html = html_line_chart(
      "Loss", {1, 2, 3, 4}, {{"train <1>", {0.5, 0.4, std::nullopt, 0.2}}, {"val", {1.0, 0.9, 0.8, 0.7}}},
      ChartRange::from_zero);
  CHECK(count_in(html, "<circle") == 7);
  CHECK(count_in(html, "M") == 5);  // two pieces and one, and two keys
  CHECK(html.find("train &lt;1&gt;") != std::string::npos);
  CHECK(html.find("train <1>") == std::string::npos);
  CHECK(html_line_chart("Loss", {}, {}, ChartRange::share).empty());
}

TEST_CASE("a page without a dataset says so, and escapes what comes from outside") {
  RunRecord record;
  record.run = {{"settings", {{"model", "<i>small</i>"}}}};
  record.history = {{"epoch", {1.0, 2.0}}, {"loss", {0.9, 0.5}}};
  const ModelCard card = two_classes();
  const std::string page =
      write_run_report({.title = "<b>run</b>", .written = "", .card = card, .record = record});
  CHECK(page.find("<b>run") == std::string::npos);
  CHECK(page.find("<i>small") == std::string::npos);
  CHECK(page.find("a&lt;b, c") != std::string::npos);
  CHECK(page.find("Nothing was measured") != std::string::npos);
  CHECK(page.find("Loss by epoch") != std::string::npos);
  CHECK(page.find("Accuracy by epoch") == std::string::npos);
}
