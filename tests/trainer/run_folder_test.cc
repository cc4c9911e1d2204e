#include "trainer/run_folder.h"

#include <catch2/catch.hpp>

#include "libfrag/base/file.h"
#include "tests/support/support.h"
#include "tests/trainer/learning_sets.h"
#include "trainer/network.h"

using namespace frag;
using namespace frag::trainer;

TEST_CASE("a run holds weights, settings and history, and is not replaced by accident") {
  const test::TempDir folder;
  const auto path = folder / "run";
  const FragmentSet set = test::striped_set(3);
  const std::string weights = Network(test::striped_card(set), 1).weights();
  RunFolder(path, Existing::refuse)
      .save(weights, {{"seed", 1}},
            {{.epoch = 1, .loss = 0.5, .train_accuracy = 0.75, .images_per_second = 100, .seconds = 2}});
  CHECK(load_weights(path).file == weights);
  CHECK(load_weights(path / "weights.safetensors").file == weights);
  CHECK(
      read_file(path / "history.csv") ==
      "epoch,loss,train_accuracy,val_accuracy,images_per_second,seconds\n1,0.500000,0.750000,,100.0,2.000\n");
  CHECK(parse_json(read_file(path / "run.json"), "run.json")["seed"] == 1);
  CHECK(test::error_of([&] { RunFolder(path, Existing::refuse); }).code() == Errc::usage);
  CHECK_NOTHROW(RunFolder(path, Existing::overwrite));
}

TEST_CASE("weights that are not there or not weights are named") {
  const test::TempDir folder;
  CHECK(test::error_of([&] { load_weights(folder / "none"); }).code() == Errc::not_found);
  CHECK(test::error_of([&] { load_weights(folder.path()); }).code() == Errc::not_found);
  test::write_text(folder / "bad.safetensors", "not weights at all");
  const Error error = test::error_of([&] { load_weights(folder / "bad.safetensors"); });
  CHECK(error.code() == Errc::bad_input);
  CHECK(std::string(error.what()).find("bad.safetensors: ") != std::string::npos);
}
