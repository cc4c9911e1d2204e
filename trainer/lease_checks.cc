#include "trainer/lease_checks.h"

namespace frag::trainer {

ModelCard card_of_version(std::int64_t version, const rounds::WeightsFile& weights, const std::string& model,
                          const std::string& module_sha256) {
  const std::string name = "weights version " + std::to_string(version);
  ModelCard card = model_card_from_json(weights.layout.card, name);
  if (card.model != model) {
    throw Error(Errc::bad_input, name + " is of model " + card.model + ", the job's is " + model);
  }
  if (card.module_sha256 != module_sha256) {
    throw Error(Errc::bad_input,
                name + " is of module " + card.module_sha256 + ", the job's is " + module_sha256);
  }
  return card;
}

std::vector<ModuleFile> read_modules(const std::vector<std::string>& paths) {
  std::vector<ModuleFile> modules;
  for (const std::string& path : paths) modules.push_back(read_module_file(path));
  return modules;
}

const ModuleFile* module_of_job(std::int64_t job, const std::string& sha256,
                                const std::vector<ModuleFile>& modules) {
  if (sha256.empty()) return nullptr;
  std::string given;
  for (const ModuleFile& module : modules) {
    if (module.sha256 == sha256) return &module;
    given += (given.empty() ? "" : ", ") + module.name + " (" + module.sha256.substr(0, 12) + ")";
  }
  throw Error(
      Errc::refused,
      "job " + std::to_string(job) + " trains the TorchScript module with SHA-256 " + sha256 +
          ", and this worker runs only what --module gives it: " + (given.empty() ? "nothing" : given) +
          ". Get the file from whoever submitted the job, and give it if you trust it");
}

}  // namespace frag::trainer
