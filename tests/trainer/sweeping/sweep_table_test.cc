#include "trainer/sweeping/sweep_table.h"

#include <catch2/catch.hpp>

using namespace frag;
using namespace frag::trainer;

namespace {

SweepRow row_of(const std::string& run, double lr) {
  return {.run = run, .settings = {{.key = "lr", .value = lr, .where = {}}}, .record = {}};
}

SweepRow finished_row(const std::string& run, double lr, double accuracy, double loss) {
  SweepRow row = row_of(run, lr);
  row.record = SweepRecord{.settings = {},
                           .failure = {},
                           .ended = 1,
                           .result = {.val_accuracy = accuracy,
                                      .val_loss = loss,
                                      .best_epoch = 2,
                                      .epochs = 3,
                                      .images_per_second = 250,
                                      .seconds = 1.5}};
  return row;
}

// An open one, a failed one, and three with results of which two are equally accurate.
std::vector<SweepRow> some_rows() {
  std::vector<SweepRow> rows{row_of("open", 1), row_of("failed", 2), finished_row("a", 3, 0.5, 0.9),
                             finished_row("b", 4, 0.75, 0.8), finished_row("c", 5, 0.75, 0.7)};
  rows[1].record = SweepRecord{.settings = {}, .failure = "too, high", .ended = 1, .result = {}};
  return rows;
}

HistoryLine history_line(std::int64_t epoch, double accuracy, double loss) {
  return {.epoch = epoch,
          .val_loss = loss,
          .val_accuracy = accuracy,
          .images_per_second = 100.0 * static_cast<double>(epoch),
          .seconds = 2};
}

}  // namespace

TEST_CASE("results come first from the best on, then failures, then what is open") {
  CHECK(ranked(some_rows(), Watch::accuracy) == std::vector<std::size_t>{4, 3, 2, 1, 0});
  std::vector<SweepRow> rows = some_rows();
  rows[2].record->result.val_loss = 0.1;
  CHECK(ranked(rows, Watch::loss) == std::vector<std::size_t>{2, 4, 3, 1, 0});
}

TEST_CASE("equal results stay in the order of the bag") {
  const std::vector<SweepRow> rows{finished_row("a", 1, 0.5, 1), finished_row("b", 2, 0.5, 1)};
  CHECK(ranked(rows, Watch::accuracy) == std::vector<std::size_t>{0, 1});
}

TEST_CASE("the CSV has a line for every run, with reasons in quotes") {
  CHECK(sweep_csv(some_rows(), Watch::accuracy) ==
        "rank,run,status,lr,val_accuracy,val_loss,deviation,best_epoch,trained_epochs,images_per_second,"
        "seconds,reason\n"
        "1,c,finished,5.0,0.75,0.7,,2,3,250.0,1.5,\n"
        "2,b,finished,4.0,0.75,0.8,,2,3,250.0,1.5,\n"
        "3,a,finished,3.0,0.5,0.9,,2,3,250.0,1.5,\n"
        ",failed,failed,2.0,,,,,,,,\"too, high\"\n"
        ",open,open,1.0,,,,,,,,\n");
}

TEST_CASE("the terminal's table has the results, and failures below it") {
  const std::string text = sweep_text(some_rows(), Watch::accuracy);
  CHECK(text.find("rank  run   lr  val accuracy  val loss  best epoch") == 0);
  CHECK(text.find("1       c  5.0         0.750    0.7000           2") != std::string::npos);
  CHECK(text.find("failed: failed, lr=2.0: too, high\n") != std::string::npos);
  CHECK(text.find("open") == std::string::npos);
  CHECK(sweep_text({row_of("open", 1)}, Watch::accuracy).empty());
}

TEST_CASE("the JSON of a sweep has typed settings and no numbers of runs without a result") {
  const Json json = sweep_json(some_rows(), Watch::loss);
  CHECK(json["watch"] == "loss");
  CHECK(json["runs"][0]["settings"]["lr"] == 5.0);
  CHECK(json["runs"][0]["rank"] == 1);
  CHECK(json["runs"][3]["reason"] == "too, high");
  CHECK_FALSE(json["runs"][3].contains("result"));
  CHECK(json["runs"][4]["status"] == "open");
}

TEST_CASE("one training counts by its best epoch, effort by all") {
  const std::vector<History> one{
      {history_line(1, 0.5, 0.9), history_line(2, 0.8, 0.7), history_line(3, 0.7, 0.6)}};
  const SweepResult result = result_of(one, Watch::accuracy);
  CHECK(result.val_accuracy == 0.8);
  CHECK(result.best_epoch == 2);
  CHECK(result.epochs == 3);
  CHECK(result.seconds == 6);
  CHECK(result.images_per_second == 200);
  CHECK(result.deviation < 0);
  CHECK(result_of(one, Watch::loss).best_epoch == 3);
}

TEST_CASE("folds count by the mean of their last epochs") {
  const std::vector<History> folds{{history_line(1, 0.9, 0.5), history_line(2, 0.5, 0.25)},
                                   {history_line(1, 0.75, 0.75)}};
  const SweepResult result = result_of(folds, Watch::accuracy);
  CHECK(result.val_accuracy == 0.625);
  CHECK(result.val_loss == 0.5);
  CHECK(result.deviation == Approx(0.1767767));
  CHECK(result_of(folds, Watch::loss).deviation == Approx(0.3535534));
  CHECK(result.best_epoch == 0);
  CHECK(result.epochs == 2);
}
