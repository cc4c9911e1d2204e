// JOB.toml: what `fragtrain submit` reads. Its keys are JobSpec's (libfrag/rounds/job_spec.h), a table for
// each of its parts, with `input`, and `dirichlet` in [sample]. `model` may be the path of a TorchScript
// file. manifests/job.toml is an example with every key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/rounds/messages.h"
#include "trainer/module_file.h"

namespace frag::trainer {

struct JobFile {
  rounds::JobSpec job;                // job.dataset is empty where the file leaves it to the first mirror
  std::optional<std::int64_t> input;  // edge of the network's input, pixels; absent: the model's own
  std::optional<ModuleFile> module;   // of which job.module_sha256 is the digest
  std::optional<double> dirichlet;  // how unevenly nodes draw from the classes; job.sample says nothing of it
};

// Absent keys take JobSpec's defaults, [local] the settings of the model and the optimizer, [evaluation] the
// groups or the fold that [sample] holds out, `name` the name in messages and
// `model` "small". Errc::bad_input with file and line for what is not TOML, an unknown key and a value of the
// wrong type or out of range; Errc::usage for an unknown model, Errc::not_found for a module's file that is
// not there.
JobFile parse_job_file(std::string_view toml, const std::string& name);

JobFile read_job_file(const std::filesystem::path& path);

}  // namespace frag::trainer
