#include "trainer/task_memory.h"

#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "libfrag/base/digest.h"
#include "libfrag/base/file.h"
#include "libfrag/http/client.h"
#include "libfrag/rounds/weights_reader.h"

namespace frag::trainer {
namespace {

// Unlike any name that a user would give a file of his own: those of other jobs are removed.
constexpr char kPrefix[] = "fragtrain-kept-of-job-";
constexpr char kSuffix[] = ".safetensors";

// Equal for the leases of one job and for no other that its numbers could be mistaken for.
std::string fingerprint(const rounds::Lease& lease) {
  return sha256_hex(Json{{"job", lease.job},
                         {"model", lease.model},
                         {"module", lease.module_sha256},
                         {"dataset", lease.dataset},
                         {"rule", rounds::to_json(lease.rule)},
                         {"compression", rounds::to_json(lease.compression)},
                         {"local", rounds::to_json(lease.local)},
                         {"seed", lease.sample.seed}}
                        .dump());
}

struct StateName {
  const char* name;  // in files
  KeptNumbers KeptTask::*state;
};
constexpr StateName kStates[] = {
    {"before.", &KeptTask::before}, {"taken.", &KeptTask::taken}, {"refused.", &KeptTask::refused}};

KeptNumbers read_state(const rounds::WeightsReader& file, const std::string& prefix) {
  KeptNumbers kept;
  for (const rounds::TensorInfo& tensor : file.layout().tensors) {
    if (!tensor.name.starts_with(prefix)) continue;
    const std::string bytes = file.read(tensor, 0, tensor.elements());
    std::vector<float>& values = kept[tensor.name.substr(prefix.size())];
    values.resize(tensor.elements());
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  }
  return kept;
}

// Whether a file of this name is one that path_of() makes.
bool is_ours(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return false;
  name.remove_prefix(std::strlen(kPrefix));
  if (name.size() <= std::strlen(kSuffix)) return false;
  name.remove_suffix(std::strlen(kSuffix));
  return name.find_first_not_of("0123456789") == std::string_view::npos;
}

// A worker whose result counts has begun the job, so something should be kept of it.
void say_if_missed(const rounds::Lease& lease) {
  if (lease.accepted.empty()) return;
  std::fprintf(
      stderr,
      "fragtrain: nothing is kept here of job %lld, in which task %s of this worker counts: what was "
      "not sent yet is lost, and it begins anew\n",
      static_cast<long long>(lease.job), lease.accepted.c_str());
}

std::string one_word(const std::string& text) {
  std::string word = text;
  for (char& c : word) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-') c = '_';
  }
  return word;
}

}  // namespace

TaskMemory::Heading TaskMemory::heading_of(const rounds::Lease& lease) {
  return {.job = fingerprint(lease), .task = lease.task, .accepted = lease.accepted, .round = lease.round};
}

TaskMemory::Heading TaskMemory::heading_from_json(const Json& json) {
  const std::string what = "what a worker keeps";
  return {.job = json_get<std::string>(json, "job", what),
          .task = json_get<std::string>(json, "task", what),
          .accepted = json_get<std::string>(json, "accepted", what),
          .round = json_get<std::int64_t>(json, "round", what)};
}

std::filesystem::path TaskMemory::path_of(std::int64_t job) const {
  return folder_ / (kPrefix + std::to_string(job) + kSuffix);
}

KeptNumbers KeptTask::*TaskMemory::state_for(const Heading& heading, const rounds::Lease& lease) {
  const bool same_job = heading.job == fingerprint(lease) && heading.round <= lease.round;
  if (same_job && heading.task == lease.task) return &KeptTask::before;
  if (same_job && heading.task == lease.accepted) return &KeptTask::taken;
  if (same_job && heading.accepted == lease.accepted) return &KeptTask::refused;
  std::fprintf(stderr,
               "fragtrain: what is kept of job %lld is not gone on with: it ends at task %s, and the "
               "aggregator knows of another history\n",
               static_cast<long long>(lease.job), heading.task.c_str());
  return nullptr;
}

KeptNumbers TaskMemory::settle_from_file(const rounds::Lease& lease) const {
  const std::filesystem::path path = path_of(lease.job);
  if (!std::filesystem::exists(path)) {
    say_if_missed(lease);
    return {};
  }
  try {
    const rounds::WeightsReader file(path);
    const auto state = state_for(heading_from_json(file.layout().card), lease);
    for (const StateName& known : kStates) {
      if (known.state == state) return read_state(file, known.name);
    }
  } catch (const Error& error) {
    if (error.code() != Errc::bad_input) throw;
    std::fprintf(stderr, "fragtrain: %s is damaged and not gone on with: %s\n", path.c_str(), error.what());
  }
  return {};
}

KeptNumbers TaskMemory::settle(const rounds::Lease& lease) {
  if (!folder_.empty()) return settle_from_file(lease);
  if (!heading_) {
    say_if_missed(lease);
    return {};
  }
  const auto state = state_for(*heading_, lease);
  return state == nullptr ? KeptNumbers{} : kept_.*state;
}

void TaskMemory::make_folder() const {
  if (folder_.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (!error && ::access(folder_.c_str(), W_OK | X_OK) != 0) error.assign(errno, std::generic_category());
  if (!error) return;
  throw Error(Errc::io,
              folder_.string() + ": " + error.message() +
                  ", and this job needs something kept from task to task: give --keep a folder that "
                  "can be written");
}

void TaskMemory::keep(const rounds::Lease& lease, KeptTask kept) {
  const Heading heading = heading_of(lease);
  if (folder_.empty()) {
    heading_ = heading;
    kept_ = std::move(kept);
    return;
  }
  std::vector<rounds::TensorInfo> tensors;
  for (const auto& [prefix, state] : kStates) {
    for (const auto& [name, values] : kept.*state) {
      tensors.push_back({.name = prefix + name,
                         .kind = rounds::TensorKind::buffer,
                         .shape = {static_cast<std::int64_t>(values.size())}});
    }
  }
  make_folder();
  AtomicFile file(path_of(lease.job));
  file.write(rounds::make_header(tensors, {{"job", heading.job},
                                           {"task", heading.task},
                                           {"accepted", heading.accepted},
                                           {"round", heading.round}}));
  for (const auto& [prefix, state] : kStates) {
    for (const auto& [name, values] : kept.*state) {
      file.write({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
    }
  }
  file.commit();
}

void TaskMemory::keep_only(const std::string& task, KeptNumbers KeptTask::*state) {
  if (!heading_ || heading_->task != task) return;
  KeptTask one;
  one.*state = std::move(kept_.*state);
  kept_ = std::move(one);
}

void TaskMemory::forget_others(std::int64_t job) {
  std::error_code ignored;
  for (const auto& file : std::filesystem::directory_iterator(folder_, ignored)) {
    if (is_ours(file.path().filename().string()) && file.path() != path_of(job))
      std::filesystem::remove(file.path(), ignored);
  }
}

std::filesystem::path usual_memory_folder(const std::string& aggregator, const std::string& name) {
  const auto set = [](const char* variable) {
    const char* value = std::getenv(variable);
    return std::filesystem::path(value == nullptr ? "" : value);
  };
  std::filesystem::path state = set("XDG_STATE_HOME");
  if (state.empty() && !set("HOME").empty()) state = set("HOME") / ".local" / "state";
  if (state.empty()) return {};
  return state / "fragtrain" / one_word(http::normalise_base_url(aggregator)) /
         (one_word(name) + "-" + sha256_hex(name).substr(0, 8));
}

}  // namespace frag::trainer
