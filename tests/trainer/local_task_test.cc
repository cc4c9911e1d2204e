#include "trainer/local_task.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "libfrag/rounds/result_writer.h"
#include "tests/support/support.h"
#include "tests/trainer/learning_sets.h"

using namespace frag;
using namespace frag::trainer;

namespace {

rounds::Lease lease_of_part(std::int64_t part) {
  rounds::Lease lease;
  lease.task = "1-2-" + std::to_string(part) + "-1";
  lease.job = 1;
  lease.round = 2;
  lease.part = part;
  lease.model = "small";
  lease.local = {.epochs = 2, .batch = 8};
  lease.sample.round = 2;
  lease.sample.part = static_cast<std::uint64_t>(part);
  return lease;
}

// The task of round `round` whose worker's newest accepted task is `accepted`.
rounds::Lease lease_of_round(std::int64_t round, const std::string& accepted) {
  rounds::Lease lease = lease_of_part(0);
  lease.task = "1-" + std::to_string(round) + "-0-1";
  lease.round = round;
  lease.sample.round = static_cast<std::uint64_t>(round);
  lease.accepted = accepted;
  lease.local = {.steps = 2, .batch = 8};
  return lease;
}

// A set and weights to start from.
struct TaskScene {
  FragmentSet set = test::striped_set(24);
  rounds::WeightsFile start = rounds::parse_weights(Network(test::striped_card(set), 1).weights());

  rounds::WeightsFile result(const rounds::Lease& lease, const rounds::LocalPull& pull = {}) {
    TaskMemory memory;
    return result(lease, pull, memory);
  }
  rounds::WeightsFile result(const rounds::Lease& lease, const rounds::LocalPull& pull, TaskMemory& memory) {
    return rounds::parse_weights(
        do_task({.lease = lease, .start = start, .set = set, .pull = pull}, memory).file);
  }
  std::vector<float> parameters(const rounds::WeightsFile& file) const {
    return rounds::floats_of(file, rounds::parameters_of(start.layout));
  }
};

double norm(const std::vector<float>& numbers) {
  double sum = 0;
  for (const float number : numbers) sum += static_cast<double>(number) * number;
  return std::sqrt(sum);
}

double norm_of_difference(std::vector<float> one, const std::vector<float>& two) {
  for (std::size_t i = 0; i < one.size(); ++i) one[i] -= two[i];
  return norm(one);
}

std::int64_t sent_entries(const rounds::WeightsFile& result) {
  return result.layout.find("sparse.indices")->shape.at(0);
}

}  // namespace

TEST_CASE("a lease done twice gives the same bytes; another part or draw gives others") {
  TaskScene scene;
  const rounds::WeightsFile once = scene.result(lease_of_part(0));
  CHECK(scene.result(lease_of_part(0)).layout.report["fragments"] == 24);
  const auto bytes = scene.parameters(once);
  CHECK(scene.parameters(scene.result(lease_of_part(0))) == bytes);
  CHECK(scene.parameters(scene.result(lease_of_part(1))) != bytes);
  rounds::Lease other_draw = lease_of_part(0);
  other_draw.sample.round = 7;
  CHECK(scene.parameters(scene.result(other_draw)) != bytes);
  CHECK(rounds::layout_mismatch(once.layout, scene.start.layout).empty());
}

TEST_CASE("a result says of itself which task it is and what was done") {
  TaskScene scene;
  rounds::Lease lease = lease_of_part(0);
  lease.local.steps = 2;
  const auto report = rounds::result_report_from_json(scene.result(lease).layout.report);
  CHECK(report.task == lease.task);
  CHECK(report.steps == 2);
  CHECK(report.fragments == 16);  // of 24, in batches of 8
  CHECK(report.loss > 0);
  lease.local.steps = 0;
  const auto whole = rounds::result_report_from_json(scene.result(lease).layout.report);
  CHECK(whole.steps == 6);
  CHECK(whole.fragments == 24);
}

TEST_CASE("a window of as many batches as the epochs have does the same steps") {
  TaskScene scene;
  rounds::Lease lease = lease_of_part(0);
  const auto epochs = scene.parameters(scene.result(lease));
  lease.local.steps = 6;
  CHECK(scene.parameters(scene.result(lease)) == epochs);
  lease.local.steps = 7;
  CHECK(scene.parameters(scene.result(lease)) != epochs);
}

TEST_CASE("every setting of the lease reaches the training") {
  rounds::Lease lease = lease_of_part(0);
  lease.local = {.epochs = 3,
                 .batch = 4,
                 .optimizer = "adamw",
                 .learning_rate = 0.5,
                 .momentum = 0.25,
                 .weight_decay = 0.125,
                 .clip = 2,
                 .augment = "mirror,noise"};
  const TrainSettings settings = train_settings(lease, {.proximal = 0.75, .elastic = {}});
  CHECK(settings.optimiser == OptimiserKind::adamw);
  CHECK(settings.batch == 4);
  CHECK(settings.learning_rate == 0.5);
  CHECK(settings.momentum == 0.25);
  CHECK(settings.weight_decay == 0.125);
  CHECK(settings.largest_norm == 2);
  CHECK(settings.augment == Augmentation{.mirror = true, .noise = 0.05});
  CHECK(settings.proximal == 0.75);
  lease.local.augment = "rotate";
  CHECK(test::error_of([&] { train_settings(lease, {}); }).code() == Errc::bad_input);
  lease.local.augment = "spin";
  CHECK(test::error_of([&] { train_settings(lease, {}); }).code() == Errc::bad_input);
}

TEST_CASE("the proximal term holds the weights near those of the start") {
  TaskScene scene;
  const double free = norm(scene.parameters(scene.result(lease_of_part(0))));
  const double held = norm(scene.parameters(scene.result(lease_of_part(0), {.proximal = 5, .elastic = {}})));
  CHECK(held > 0);
  CHECK(held < 0.9 * free);
}

TEST_CASE("a first step feels no proximal term, since nothing has moved yet") {
  TaskScene scene;
  rounds::Lease lease = lease_of_part(0);
  lease.local.steps = 1;
  CHECK(scene.parameters(scene.result(lease)) ==
        scene.parameters(scene.result(lease, {.proximal = 5, .elastic = {}})));
}

TEST_CASE("elastic: the first task begins at the centre and sends nothing; the next sends the difference") {
  TaskScene scene;
  TaskMemory memory;
  const rounds::LocalPull pull{.proximal = 0, .elastic = 0.25};
  const auto first = scene.result(lease_of_round(1, ""), pull, memory);
  CHECK(norm(scene.parameters(first)) == 0);

  // What a plain task does from the centre is what W moved in the first one.
  const std::vector<float> moved = scene.parameters(scene.result(lease_of_round(1, "")));
  const auto second = scene.parameters(scene.result(lease_of_round(2, "1-1-0-1"), pull, memory));
  REQUIRE(second.size() == moved.size());
  // E = a (W - c) with W - c = -moved, and -E is sent.
  std::vector<float> wanted = moved;
  for (float& number : wanted) number *= 0.25f;
  CHECK(norm_of_difference(second, wanted) < 1e-5 * norm(wanted));
}

TEST_CASE("elastic: a difference that was not taken is still there to be sent") {
  TaskScene scene;
  const rounds::LocalPull pull{.proximal = 0, .elastic = 0.5};
  const auto third = [&](const std::string& accepted) {
    TaskMemory memory;
    scene.result(lease_of_round(1, ""), pull, memory);
    scene.result(lease_of_round(2, "1-1-0-1"), pull, memory);
    return scene.parameters(scene.result(lease_of_round(3, accepted), pull, memory));
  };
  // The centre of the scene never moves, so the third difference is larger by half of the second where that
  // one was given back.
  TaskMemory memory;
  scene.result(lease_of_round(1, ""), pull, memory);
  std::vector<float> wanted = scene.parameters(scene.result(lease_of_round(2, "1-1-0-1"), pull, memory));
  for (float& number : wanted) number *= 0.5f;
  const auto taken = third("1-2-0-1");
  auto refused = third("1-1-0-1");
  for (std::size_t i = 0; i < refused.size(); ++i) refused[i] -= taken[i];
  CHECK(norm_of_difference(refused, wanted) < 1e-5 * norm(wanted));
}

TEST_CASE("compression: a small share of the entries travels, and all that is no matrix") {
  TaskScene scene;
  rounds::Lease lease = lease_of_round(1, "");
  lease.compression = {.wire = rounds::Wire::dgc, .ratio = 0.01, .momentum = 0.9, .warmup = 0};
  const auto result = scene.result(lease);
  std::uint64_t entries = 0;
  for (const auto& tensor : rounds::sparse_parameters_of(scene.start.layout)) {
    entries += tensor.elements();
    CHECK(result.layout.find(tensor.name) == nullptr);
  }
  CHECK(sent_entries(result) > 0);
  CHECK(sent_entries(result) < static_cast<std::int64_t>(entries / 50));
  CHECK(rounds::layout_mismatch(result.layout, scene.start.layout).empty());
}

TEST_CASE("compression: the warm-up goes by the part's own draws, whatever the server's step") {
  TaskScene scene;
  rounds::Lease lease = lease_of_round(1, "");
  lease.compression = {.wire = rounds::Wire::dgc, .ratio = 0.01, .momentum = 0.9, .warmup = 4};
  const auto in_first_step = sent_entries(scene.result(lease));
  lease.round = 500;
  CHECK(sent_entries(scene.result(lease)) == in_first_step);
}

TEST_CASE("compression: all that a worker ever trained is sent or kept, whatever is refused") {
  TaskScene scene;
  rounds::Lease lease = lease_of_round(1, "");
  lease.compression = {.wire = rounds::Wire::dgc, .ratio = 0.05, .momentum = 0, .warmup = 0};
  const std::vector<float> change = rounds::floats_of(scene.result(lease_of_round(1, "")),
                                                      rounds::sparse_parameters_of(scene.start.layout));
  for (const bool taken : {true, false}) {
    TaskMemory memory;
    const auto sent = rounds::floats_of(scene.result(lease, {}, memory),
                                        {*scene.result(lease, {}, memory).layout.find("sparse.values")});
    rounds::Lease next = lease;
    next.task = "1-2-0-1";
    next.accepted = taken ? lease.task : "";
    KeptNumbers kept = memory.settle(next);
    std::vector<float> rest = kept.at("rest");
    const double left = norm(rest);
    CHECK(left * left + (taken ? norm(sent) * norm(sent) : 0) ==
          Approx(norm(change) * norm(change)).epsilon(1e-6));
  }
}

TEST_CASE("compression and an elastic rule are refused together") {
  TaskScene scene;
  rounds::Lease lease = lease_of_round(1, "");
  lease.compression.wire = rounds::Wire::dgc;
  CHECK(needs_memory(lease));
  CHECK(test::error_of([&] { scene.result(lease, {.proximal = 0, .elastic = 0.5}); }).code() ==
        Errc::bad_input);
}

TEST_CASE("weights of another model than the lease's are refused") {
  const FragmentSet set = test::striped_set(3);
  const auto start = rounds::parse_weights(Network(test::striped_card(set), 1).weights());
  rounds::Lease lease = lease_of_part(0);
  CHECK(card_of_lease(lease, start).input == 32);
  lease.model = "tcnn3";
  CHECK(test::error_of([&] { card_of_lease(lease, start); }).code() == Errc::bad_input);
}

TEST_CASE("weights of another module than the lease's are refused") {
  const FragmentSet set = test::striped_set(3);
  auto start = rounds::parse_weights(Network(test::striped_card(set), 1).weights());
  ModelCard card = test::striped_card(set);
  card.model = kTorchScript;
  card.module_sha256 = std::string(64, 'a');
  start.layout.card = to_json(card);
  rounds::Lease lease = lease_of_part(0);
  lease.model = kTorchScript;
  lease.module_sha256 = std::string(64, 'a');
  CHECK(card_of_lease(lease, start).module_sha256 == lease.module_sha256);
  lease.module_sha256 = std::string(64, 'b');
  CHECK(test::error_of([&] { card_of_lease(lease, start); }).code() == Errc::bad_input);
}

TEST_CASE("a worker has the job's module from its operator, or refuses") {
  const std::vector<ModuleFile> modules{{.name = "a.pt", .bytes = "a", .sha256 = std::string(64, 'a')},
                                        {.name = "b.pt", .bytes = "b", .sha256 = std::string(64, 'b')}};
  CHECK(module_of_job(1, "", modules) == nullptr);
  CHECK(module_of_job(1, std::string(64, 'b'), modules) == &modules[1]);
  const std::string other(64, 'c');
  const Error error = test::error_of([&] { module_of_job(1, other, modules); });
  CHECK(error.code() == Errc::refused);
  CHECK(std::string(error.what()).find(other) != std::string::npos);
  CHECK(std::string(error.what()).find("a.pt (aaaaaaaaaaaa), b.pt (bbbbbbbbbbbb)") != std::string::npos);
}
