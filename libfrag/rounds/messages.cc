#include "libfrag/rounds/messages.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <string_view>

#include "libfrag/base/error.h"

namespace frag::rounds {
namespace {

constexpr std::int64_t kCountLimit = 1'000'000;
constexpr std::size_t kTextLimit = 4096;

// The keys of one JSON object, read strictly: no number from a boolean, no integer from a fraction.
class Fields {
 public:
  Fields(const Json& object, std::string what) : object_(object), what_(std::move(what)) {
    if (!object_.is_object()) throw Error(Errc::bad_input, what_ + ": not a JSON object");
  }

  void refuse_others(std::initializer_list<std::string_view> known) const {
    for (const auto& [key, value] : object_.items()) {
      if (std::find(known.begin(), known.end(), key) == known.end()) {
        throw Error(Errc::bad_input, what_ + ": unknown key \"" + key + "\"");
      }
    }
  }

  std::string text(const char* key) const {
    const Json& value = at(key);
    if (!value.is_string()) fail(key, "must be text");
    if (value.get_ref<const std::string&>().size() > kTextLimit) fail(key, "is too long");
    return value.get<std::string>();
  }

  std::string filled_text(const char* key) const {
    std::string value = text(key);
    if (value.empty()) fail(key, "must not be empty");
    return value;
  }

  std::vector<std::string> texts(const char* key) const {
    const Json& value = at(key);
    if (!value.is_array()) fail(key, "must be a list of text");
    std::vector<std::string> list;
    for (const Json& entry : value) {
      if (!entry.is_string()) fail(key, "must be a list of text");
      list.push_back(entry.get<std::string>());
    }
    return list;
  }

  std::int64_t integer(const char* key, std::int64_t least, std::int64_t most) const {
    const Json& value = at(key);
    const bool too_large = value.is_number_unsigned() && value.get<std::uint64_t>() > kLargest;
    if (!value.is_number_integer() || too_large || value.get<std::int64_t>() < least ||
        value.get<std::int64_t>() > most) {
      fail(key, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return value.get<std::int64_t>();
  }

  std::int64_t count(const char* key) const { return integer(key, 0, kLargest); }

  double number(const char* key, double least, double most) const {
    const Json& value = at(key);
    if (!value.is_number()) fail(key, "must be a number");
    const double number = value.get<double>();
    if (!(number >= least && number <= most)) {
      fail(key, "must be from " + Json(least).dump() + " to " + Json(most).dump());
    }
    return number;
  }

  bool has(const char* key) const { return object_.contains(key); }

  const Json& at(const char* key) const {
    if (!has(key)) fail(key, "is missing");
    return object_.at(key);
  }

  [[noreturn]] void fail(const char* key, const std::string& why) const {
    throw Error(Errc::bad_input, what_ + ": key \"" + key + "\" " + why);
  }

 private:
  static constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

  const Json& object_;
  const std::string what_;
};

Json to_json(const LocalSettings& local) {
  return Json{{"epochs", local.epochs},
              {"batch", local.batch},
              {"learning_rate", local.learning_rate},
              {"momentum", local.momentum},
              {"weight_decay", local.weight_decay}};
}

LocalSettings local_from_json(const Json& json, const std::string& what) {
  const Fields fields(json, what);
  LocalSettings local;
  if (fields.has("epochs")) local.epochs = fields.integer("epochs", 1, kCountLimit);
  if (fields.has("batch")) local.batch = fields.integer("batch", 1, kCountLimit);
  if (fields.has("learning_rate")) local.learning_rate = fields.number("learning_rate", 0, 1e6);
  if (fields.has("momentum")) local.momentum = fields.number("momentum", 0, 1);
  if (fields.has("weight_decay")) local.weight_decay = fields.number("weight_decay", 0, 1e6);
  return local;
}

// A SHA-256.
std::string digest(const Fields& fields, const char* key) {
  std::string digits = fields.text(key);
  const bool hex = std::all_of(digits.begin(), digits.end(),
                               [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (digits.size() != 64 || !hex) fields.fail(key, "must be 64 hexadecimal digits, in lower case");
  return digits;
}

// Readers of before there were such models know no such key, so it is there only where it says something.
Json with_module(Json json, const std::string& sha256) {
  if (!sha256.empty()) json["module_sha256"] = sha256;
  return json;
}

Json to_json(const RoundStatus& round) {
  return Json{{"round", round.round},       {"state", round.state},       {"nodes", round.nodes},
              {"taken", round.taken},       {"late", round.late},         {"refused", round.refused},
              {"reissued", round.reissued}, {"repeated", round.repeated}, {"foreign", round.foreign},
              {"extended", round.extended}, {"seconds", round.seconds}};
}

RoundStatus round_status_from_json(const Json& json) {
  const Fields fields(json, "round status");
  RoundStatus round;
  round.round = fields.count("round");
  round.state = fields.text("state");
  round.nodes = fields.count("nodes");
  round.taken = fields.count("taken");
  round.late = fields.count("late");
  round.refused = fields.count("refused");
  round.reissued = fields.count("reissued");
  if (fields.has("repeated")) round.repeated = fields.count("repeated");
  if (fields.has("foreign")) round.foreign = fields.count("foreign");
  if (fields.has("extended")) round.extended = fields.count("extended");
  round.seconds = fields.number("seconds", 0, 1e12);
  return round;
}

Json to_json(const WorkerStatus& worker) {
  return Json{{"name", worker.name}, {"state", worker.state}, {"taken", worker.taken}, {"late", worker.late}};
}

WorkerStatus worker_status_from_json(const Json& json) {
  const Fields fields(json, "worker status");
  WorkerStatus worker;
  worker.name = fields.text("name");
  worker.state = fields.text("state");
  worker.taken = fields.count("taken");
  worker.late = fields.count("late");
  return worker;
}

template <class T>
Json list_to_json(const std::vector<T>& values) {
  Json list = Json::array();
  for (const T& value : values) list.push_back(to_json(value));
  return list;
}

template <class T>
std::vector<T> list_from_json(const Fields& fields, const char* key, T (*read)(const Json&)) {
  const Json& list = fields.at(key);
  if (!list.is_array()) fields.fail(key, "must be a list");
  std::vector<T> values;
  for (const Json& entry : list) values.push_back(read(entry));
  return values;
}

}  // namespace

std::int64_t JobSpec::needed() const {
  // 0.55 x 20 is a hair above 11 in binary; nobody who writes it means 12.
  constexpr double kHair = 1e-9;
  const auto parts = static_cast<std::int64_t>(std::ceil(quorum * static_cast<double>(nodes) - kHair));
  return std::clamp<std::int64_t>(parts, 1, nodes);
}

Json to_json(const JobSpec& job) {
  return with_module(Json{{"name", job.name},
                          {"model", job.model},
                          {"dataset", job.dataset},
                          {"mirrors", job.mirrors},
                          {"nodes", job.nodes},
                          {"rounds", job.rounds},
                          {"quorum", job.quorum},
                          {"deadline_s", job.deadline_s},
                          {"lease_s", job.lease_s},
                          {"local", to_json(job.local)},
                          {"sample", to_json(job.sample)}},
                     job.module_sha256);
}

JobSpec job_spec_from_json(const Json& json) {
  const Fields fields(json, "job");
  fields.refuse_others({"name", "model", "module_sha256", "dataset", "mirrors", "nodes", "rounds", "quorum",
                        "deadline_s", "lease_s", "local", "sample"});
  JobSpec job;
  job.name = fields.filled_text("name");
  job.model = fields.filled_text("model");
  if (fields.has("module_sha256")) job.module_sha256 = digest(fields, "module_sha256");
  job.dataset = digest(fields, "dataset");
  if (fields.has("mirrors")) job.mirrors = fields.texts("mirrors");
  if (fields.has("nodes")) job.nodes = fields.integer("nodes", 1, 10'000);
  if (fields.has("rounds")) job.rounds = fields.integer("rounds", 1, kCountLimit);
  if (fields.has("quorum")) job.quorum = fields.number("quorum", 1e-6, 1);
  if (fields.has("deadline_s")) job.deadline_s = fields.number("deadline_s", 0.1, 1e8);
  if (fields.has("lease_s")) job.lease_s = fields.number("lease_s", 0.1, 1e6);
  if (fields.has("local")) {
    job.local = local_from_json(fields.at("local"), "job: local");
    Fields(fields.at("local"), "job: local")
        .refuse_others({"epochs", "batch", "learning_rate", "momentum", "weight_decay"});
  }
  if (fields.has("sample")) job.sample = sample_spec_from_json(fields.at("sample"));
  const std::size_t rows = job.sample.part_weights.size();
  if (rows > 0 && rows != static_cast<std::size_t>(job.nodes)) {
    throw Error(Errc::bad_input, "job: \"sample\" has weights for " + std::to_string(rows) +
                                     " parts, and \"nodes\" is " + std::to_string(job.nodes) +
                                     "; it needs a row for each node");
  }
  return job;
}

Json to_json(const Lease& lease) {
  return with_module(Json{{"task", lease.task},
                          {"job", lease.job},
                          {"round", lease.round},
                          {"part", lease.part},
                          {"weights", lease.weights},
                          {"lease_s", lease.lease_s},
                          {"model", lease.model},
                          {"dataset", lease.dataset},
                          {"mirrors", lease.mirrors},
                          {"local", to_json(lease.local)},
                          {"sample", to_json(lease.sample)}},
                     lease.module_sha256);
}

Lease lease_from_json(const Json& json) {
  const Fields fields(json, "lease");
  Lease lease;
  lease.task = fields.filled_text("task");
  lease.job = fields.count("job");
  lease.round = fields.count("round");
  lease.part = fields.count("part");
  lease.weights = fields.count("weights");
  lease.lease_s = fields.number("lease_s", 0, 1e6);
  lease.model = fields.text("model");
  if (fields.has("module_sha256")) lease.module_sha256 = digest(fields, "module_sha256");
  lease.dataset = fields.text("dataset");
  lease.mirrors = fields.texts("mirrors");
  lease.local = local_from_json(fields.at("local"), "lease: local");
  lease.sample = sample_spec_from_json(fields.at("sample"));
  return lease;
}

Json to_json(const JobStatus& status) {
  return Json{{"job", status.job},
              {"name", status.name},
              {"state", status.state},
              {"rounds", status.rounds},
              {"needed", status.needed},
              {"weights", status.weights},
              {"history", list_to_json(status.history)},
              {"workers", list_to_json(status.workers)}};
}

JobStatus job_status_from_json(const Json& json) {
  const Fields fields(json, "job status");
  JobStatus status;
  status.job = fields.count("job");
  status.name = fields.text("name");
  status.state = fields.text("state");
  status.rounds = fields.count("rounds");
  status.needed = fields.count("needed");
  status.weights = fields.integer("weights", -1, std::numeric_limits<std::int64_t>::max());
  status.history = list_from_json(fields, "history", round_status_from_json);
  status.workers = list_from_json(fields, "workers", worker_status_from_json);
  return status;
}

}  // namespace frag::rounds
