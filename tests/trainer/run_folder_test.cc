#include "trainer/run_folder.h"

#include <catch2/catch.hpp>

#include "libfrag/base/file.h"
#include "tests/support/support.h"
#include "tests/trainer/learning_sets.h"
#include "trainer/training.h"

using namespace frag;
using namespace frag::trainer;

namespace {

// A network without a training, after `epochs` epochs of these validation accuracies.
Checkpoint state_with(std::uint64_t seed, const std::vector<double>& accuracies) {
  const FragmentSet set = test::striped_set(3);
  Network network(test::striped_card(set), seed);
  Checkpoint state{.network = rounds::parse_weights(network.weights()),
                   .optimiser = rounds::parse_weights(Training(network, {}).optimiser_state()),
                   .settings = {{"seed", 1}},
                   .threads = 1,
                   .position = {.epoch = static_cast<std::int64_t>(accuracies.size())},
                   .history = {}};
  for (const double accuracy : accuracies) {
    state.history.push_back({.epoch = static_cast<std::int64_t>(state.history.size()) + 1,
                             .val_loss = 1,
                             .val_accuracy = accuracy});
  }
  return state;
}

}  // namespace

TEST_CASE("a run holds weights, settings and history, and is not replaced by accident") {
  const test::TempDir folder;
  const auto path = folder / "run";
  const Checkpoint state = state_with(1, {0.5});
  const RunFolder run(path, Existing::refuse);
  run.begin({});
  run.save_epoch(state, {{"seed", 1}}, Watch::accuracy);
  CHECK(load_weights(path).file == state.network.file);
  CHECK(load_weights(path / "weights.safetensors").file == state.network.file);
  CHECK(read_file(path / "history.csv") == history_csv(state.history));
  CHECK(parse_json(read_file(path / "run.json"), "run.json")["seed"] == 1);
  CHECK(test::error_of([&] { RunFolder(path, Existing::refuse); }).code() == Errc::usage);
  CHECK_NOTHROW(RunFolder(path, Existing::overwrite));
}

TEST_CASE("best stays where a later epoch is worse, last does not") {
  const test::TempDir folder;
  const RunFolder run(folder / "run", Existing::refuse);
  run.begin({});
  run.save_epoch(state_with(1, {0.5}), {}, Watch::accuracy);
  run.save_epoch(state_with(2, {0.5, 0.8}), {}, Watch::accuracy);
  run.save_epoch(state_with(3, {0.5, 0.8, 0.7}), {}, Watch::accuracy);
  CHECK(load_weights(run.weights_path()).file == state_with(3, {}).network.file);
  CHECK(load_weights(run.best_path()).file == state_with(2, {}).network.file);
}

TEST_CASE("a run that begins in the place of another leaves nothing of it") {
  const test::TempDir folder;
  const auto path = folder / "run";
  const RunFolder first(path, Existing::refuse);
  first.begin({});
  first.save_epoch(state_with(1, {0.5}), {}, Watch::accuracy);
  test::write_text(path / "notes.txt", "kept");
  const RunFolder second(path, Existing::overwrite);
  CHECK(std::filesystem::exists(first.best_path()));  // until there is something to save
  second.begin({});
  CHECK_FALSE(std::filesystem::exists(first.best_path()));
  CHECK_FALSE(std::filesystem::exists(first.checkpoint_path()));
  CHECK(read_file(path / "notes.txt") == "kept");
}

TEST_CASE("a run is resumed from its checkpoint, or begins where it has not come to one") {
  const test::TempDir folder;
  const auto path = folder / "run";
  CHECK_FALSE(RunFolder(path, Existing::resume).checkpoint());
  const RunFolder run(path, Existing::refuse);
  run.begin({});
  test::write_text(path / "checkpoint.safetensors.part", "killed while it was written");
  CHECK_FALSE(RunFolder(path, Existing::resume).checkpoint());
  run.save(state_with(1, {}));
  CHECK(RunFolder(path, Existing::resume).checkpoint()->settings["seed"] == 1);
  CHECK_FALSE(RunFolder(path, Existing::overwrite).checkpoint());
}

TEST_CASE("a folder of other things is not resumed") {
  const test::TempDir folder;
  test::write_text(folder / "notes.txt", "mine");
  CHECK(test::error_of([&] { RunFolder(folder.path(), Existing::resume); }).code() == Errc::usage);
  test::write_text(folder / "weights.safetensors", "");
  const Error error = test::error_of([&] { RunFolder(folder.path(), Existing::resume); });
  CHECK(std::string(error.what()).find("a run without checkpoint.safetensors") != std::string::npos);
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
