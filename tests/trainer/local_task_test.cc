#include "trainer/local_task.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"
#include "tests/trainer/learning_sets.h"

using namespace frag;
using namespace frag::trainer;

namespace {

rounds::Lease lease_of_part(std::int64_t part) {
  rounds::Lease lease;
  lease.task = "t";
  lease.round = 2;
  lease.part = part;
  lease.model = "small";
  lease.local = {.epochs = 2, .batch = 8};
  return lease;
}

}  // namespace

TEST_CASE("a lease done twice gives the same bytes; another part gives others") {
  const FragmentSet set = test::striped_set(24);
  const auto start = rounds::parse_weights(Network(test::striped_card(set), 1).weights());
  const LocalResult once = train_locally(lease_of_part(0), start, set);
  CHECK(once.fragments == 24);
  CHECK(train_locally(lease_of_part(0), start, set).change == once.change);
  CHECK(train_locally(lease_of_part(1), start, set).change != once.change);
  CHECK(rounds::layout_mismatch(rounds::parse_weights(once.change).layout, start.layout).empty());
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

TEST_CASE("a worker has the lease's module from its operator, or refuses") {
  const std::vector<ModuleFile> modules{{.name = "a.pt", .bytes = "a", .sha256 = std::string(64, 'a')},
                                        {.name = "b.pt", .bytes = "b", .sha256 = std::string(64, 'b')}};
  rounds::Lease lease = lease_of_part(0);
  CHECK(module_of_lease(lease, modules) == nullptr);
  lease.module_sha256 = std::string(64, 'b');
  CHECK(module_of_lease(lease, modules) == &modules[1]);
  lease.module_sha256 = std::string(64, 'c');
  const Error error = test::error_of([&] { module_of_lease(lease, modules); });
  CHECK(error.code() == Errc::refused);
  CHECK(std::string(error.what()).find(lease.module_sha256) != std::string::npos);
  CHECK(std::string(error.what()).find("a.pt (aaaaaaaaaaaa), b.pt (bbbbbbbbbbbb)") != std::string::npos);
}

TEST_CASE("a local set is the lease's sample at the card's size, of the card's classes only") {
  const test::TempDir folder;
  const auto access = open_access({test::small_dataset(folder).string()});
  rounds::Lease lease = lease_of_part(1);
  lease.sample = {.split = "train", .count = 9, .seed = 4, .round = 2, .part = 1, .parts = 3};
  ModelCard card;
  card.classes = access->catalog().classes();
  card.input = 16;
  const FragmentSet set = draw_local_set(lease, card, *access);
  CHECK(set.size() == 9);
  CHECK(set.shape().edge == 16);
  card.classes = {"other", "classes"};
  CHECK(test::error_of([&] { draw_local_set(lease, card, *access); }).code() == Errc::bad_input);
}
