#include "trainer/checkpoint.h"

#include <catch2/catch.hpp>

#include "libfrag/base/file.h"
#include "tests/support/support.h"
#include "tests/trainer/learning_sets.h"

using namespace frag;
using namespace frag::trainer;
using frag::test::striped_card;
using frag::test::striped_set;

namespace {

Checkpoint state_of(const Network& network, const Training& training) {
  return {.network = rounds::parse_weights(network.weights()),
          .optimiser = rounds::parse_weights(training.optimiser_state()),
          .settings = {{"seed", 1}},
          .threads = 2,
          .position = training.position(),
          .history = History(static_cast<std::size_t>(training.position().epoch), {.epoch = 1, .loss = 0.1})};
}

// Three floats and a counter.
rounds::WeightsFile tiny_file() {
  std::vector<rounds::TensorInfo> tensors{
      {.name = "a", .dtype = rounds::DType::f32, .kind = rounds::TensorKind::parameter, .shape = {3}},
      {.name = "n", .dtype = rounds::DType::i64, .kind = rounds::TensorKind::counter, .shape = {}}};
  std::string file = rounds::make_header(tensors, {{"model", "small"}});
  for (const rounds::TensorInfo& tensor : tensors) file.append(tensor.bytes, '\1');
  return rounds::parse_weights(std::move(file));
}

struct Enough {};

// The weights after two epochs.
std::string train_through(const FragmentSet& set, const TrainSettings& settings) {
  Network network(striped_card(set), 1);
  Training training(network, settings);
  for (std::int64_t epoch = 0; epoch < 2; ++epoch) training.epoch(set, epoch);
  return network.weights();
}

// The same, given up after `steps` steps and taken up from a file.
std::string train_in_two(const FragmentSet& set, const TrainSettings& settings, int steps,
                         const std::filesystem::path& path) {
  {
    Network network(striped_card(set), 1);
    Training training(network, settings);
    const auto stop = [&](std::int64_t) {
      if (--steps > 0) return;
      write_checkpoint(path, state_of(network, training));
      throw Enough{};
    };
    try {
      for (std::int64_t epoch = 0; epoch < 2; ++epoch) training.epoch(set, epoch, stop);
    } catch (const Enough&) {
    }
  }
  const Checkpoint kept = read_checkpoint(path);
  Network network(kept.network, "kept");
  Training training(network, settings);
  training.restore(kept.position, kept.optimiser, "kept");
  for (std::int64_t epoch = kept.position.epoch; epoch < 2; ++epoch) training.epoch(set, epoch);
  return network.weights();
}

Checkpoint first_state() {
  const FragmentSet set = striped_set(6);
  Network network(striped_card(set), 1);
  return state_of(network, Training(network, {}));
}

}  // namespace

TEST_CASE("every optimiser goes on after any step to the same bits") {
  const FragmentSet set = striped_set(20);
  const test::TempDir folder;
  for (const OptimiserKind kind : {OptimiserKind::sgd, OptimiserKind::nesterov, OptimiserKind::adam,
                                   OptimiserKind::adamw, OptimiserKind::adagrad}) {
    const TrainSettings settings{.batch = 8,
                                 .optimiser = kind,
                                 .learning_rate = 0.003,
                                 .weight_decay = 0.01,
                                 .schedule = Schedule::cosine,
                                 .epochs = 2,
                                 .seed = 3};
    const std::string whole = train_through(set, settings);
    for (const int steps : {1, 3, 5}) {
      INFO(kOptimiserNames[static_cast<std::size_t>(kind)] << " after " << steps);
      CHECK(train_in_two(set, settings, steps, folder / "c") == whole);
    }
  }
}

TEST_CASE("dropout is the same after a checkpoint within an epoch") {
  const FragmentSet set = striped_set(10);
  const auto weights = [&set](bool in_two) {
    ModelCard card = striped_card(set);
    card.model = "mobilenet_v3_small";
    const TrainSettings settings{.batch = 4, .learning_rate = 1e-3};
    Network first(card, 1);
    Training training(first, settings);
    std::string kept;
    std::string optimiser;
    TrainPosition position;
    training.epoch(set, 0, [&](std::int64_t) {
      if (training.position().step != 2) return;
      kept = first.weights();
      optimiser = training.optimiser_state();
      position = training.position();
    });
    if (!in_two) return first.weights();
    Network second(rounds::parse_weights(kept), "kept");
    Training rest(second, settings);
    rest.restore(position, rounds::parse_weights(optimiser), "kept");
    rest.epoch(set, 0);
    return second.weights();
  };
  CHECK(weights(true) == weights(false));
}

TEST_CASE("a checkpoint holds what it was given") {
  const test::TempDir folder;
  Checkpoint state = first_state();
  state.position = {.epoch = 3, .step = 7, .loss = 0.1, .correct = 5, .seconds = 1.5};
  state.history = {{.epoch = 1, .loss = 1.0 / 3}, {.epoch = 2}, {.epoch = 3, .val_accuracy = 0.5}};
  write_checkpoint(folder / "c", state);
  const Checkpoint kept = read_checkpoint(folder / "c");
  CHECK(kept.network.file == state.network.file);
  CHECK(kept.optimiser.file == state.optimiser.file);
  CHECK(kept.settings == state.settings);
  CHECK(kept.threads == 2);
  CHECK(kept.position.epoch == 3);
  CHECK(kept.position.step == 7);
  CHECK(kept.position.loss == 0.1);
  CHECK(kept.position.correct == 5);
  CHECK(kept.history == state.history);
}

TEST_CASE("a checkpoint that was cut short, or is another file, is refused by name") {
  const test::TempDir folder;
  write_checkpoint(folder / "c", first_state());
  const std::string whole = read_file(folder / "c");
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{5}, whole.size() / 2, whole.size() - 1}) {
    test::write_text(folder / "cut", whole.substr(0, bytes));
    const Error error = test::error_of([&] { read_checkpoint(folder / "cut"); });
    CHECK(error.code() == Errc::bad_input);
    CHECK(std::string(error.what()).find("cut: cut short, or no checkpoint (") != std::string::npos);
  }
  test::write_text(folder / "w", first_state().network.file);
  CHECK(std::string(test::error_of([&] { read_checkpoint(folder / "w"); }).what())
            .ends_with("not a checkpoint"));
  CHECK(test::error_of([&] { read_checkpoint(folder / "none"); }).code() == Errc::not_found);
}

TEST_CASE("no byte that changed in a checkpoint does worse than an error") {
  const test::TempDir folder;
  write_checkpoint(folder / "c", {.network = tiny_file(),
                                  .optimiser = tiny_file(),
                                  .settings = {{"seed", 1}},
                                  .threads = 1,
                                  .position = {.epoch = 1},
                                  .history = {{.epoch = 1}}});
  const std::string whole = read_file(folder / "c");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
    test::write_text(folder / "changed", changed);
    try {
      read_checkpoint(folder / "changed");  // a number in it may be another
    } catch (const Error& error) {
      CHECK(error.code() == Errc::bad_input);
    }
  }
}

TEST_CASE("a checkpoint whose history is of another epoch is refused") {
  const test::TempDir folder;
  Checkpoint state = first_state();
  state.position.epoch = 1;
  write_checkpoint(folder / "c", state);
  CHECK(test::error_of([&] { read_checkpoint(folder / "c"); }).code() == Errc::bad_input);
}

TEST_CASE("what another optimiser remembers is refused") {
  const FragmentSet set = striped_set(6);
  Network network(striped_card(set), 1);
  const std::string adam = Training(network, {.optimiser = OptimiserKind::adam}).optimiser_state();
  Training training(network, {});
  const Error error = test::error_of([&] { training.restore({}, rounds::parse_weights(adam), "kept"); });
  CHECK(error.code() == Errc::bad_input);
}

TEST_CASE("settings that differ are named with both values") {
  const Json then{{"seed", 1}, {"model", "small"}, {"gone", true}};
  CHECK(differences(then, then).empty());
  CHECK(differences(then, {{"seed", 2}, {"model", "small"}, {"new", 0.5}}) ==
        "seed was 1, is 2; gone was true, is not there; new was not there, is 0.5");
}

TEST_CASE("weights that are no numbers are seen") {
  rounds::WeightsFile file = first_state().network;
  CHECK(all_finite(file));
  file.file.replace(file.file.size() - 4, 4, "\xff\xff\xff\xff", 4);
  CHECK_FALSE(all_finite(file));
}
