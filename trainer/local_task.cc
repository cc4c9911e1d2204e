#include "trainer/local_task.h"

#include "libfrag/base/digest.h"

namespace frag::trainer {
namespace {

std::string name_of_weights(const rounds::Lease& lease) {
  return "weights version " + std::to_string(lease.weights);
}

std::uint64_t seed_of(const rounds::Lease& lease) {
  return sha256_word("local|" + std::to_string(lease.sample.seed) + "|" + std::to_string(lease.round) + "|" +
                     std::to_string(lease.part));
}

}  // namespace

ModelCard card_of_lease(const rounds::Lease& lease, const rounds::WeightsFile& start) {
  ModelCard card = model_card_from_json(start.layout.card, name_of_weights(lease));
  if (card.model != lease.model) {
    throw Error(Errc::bad_input,
                name_of_weights(lease) + " is of model " + card.model + ", the job's is " + lease.model);
  }
  if (card.module_sha256 != lease.module_sha256) {
    throw Error(Errc::bad_input, name_of_weights(lease) + " is of module " + card.module_sha256 +
                                     ", the job's is " + lease.module_sha256);
  }
  return card;
}

const ModuleFile* module_of_lease(const rounds::Lease& lease, const std::vector<ModuleFile>& modules) {
  if (lease.module_sha256.empty()) return nullptr;
  std::string given;
  for (const ModuleFile& module : modules) {
    if (module.sha256 == lease.module_sha256) return &module;
    given += (given.empty() ? "" : ", ") + module.name + " (" + module.sha256.substr(0, 12) + ")";
  }
  throw Error(Errc::refused,
              "job " + std::to_string(lease.job) + " trains the TorchScript module with SHA-256 " +
                  lease.module_sha256 + ", and this worker runs only what --module gives it: " +
                  (given.empty() ? "nothing" : given) +
                  ". Get the file from whoever submitted the job, and give it if you trust it");
}

FragmentSet draw_local_set(const rounds::Lease& lease, const ModelCard& card, Access& access) {
  check_classes(card, access.catalog().classes(), "dataset " + access.catalog().id());
  return read_fragments(access, lease.sample, {.edge = card.input, .channels = card.channels},
                        "round " + std::to_string(lease.round));
}

LocalResult train_locally(const rounds::Lease& lease, const rounds::WeightsFile& start,
                          const FragmentSet& set, const Training::AfterBatch& after_batch,
                          const ModuleFile* module) {
  Network network(start, name_of_weights(lease), module);
  Training training(network, {.batch = lease.local.batch,
                              .learning_rate = lease.local.learning_rate,
                              .momentum = lease.local.momentum,
                              .weight_decay = lease.local.weight_decay,
                              .schedule = Schedule::constant,
                              .epochs = lease.local.epochs,
                              .seed = seed_of(lease)});
  LocalResult result;
  for (std::int64_t epoch = 0; epoch < lease.local.epochs; ++epoch) {
    result.last = training.epoch(set, epoch, after_batch);
  }
  result.change = network.change_from(start);
  result.fragments = static_cast<std::int64_t>(set.size());
  return result;
}

}  // namespace frag::trainer
