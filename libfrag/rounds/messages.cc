#include "libfrag/rounds/messages.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <string_view>

#include "libfrag/base/error.h"
#include "libfrag/rounds/fields.h"

namespace frag::rounds {
namespace {

constexpr std::int64_t kFragmentLimit = std::int64_t{1} << 48;

// Readers of before there were such models know no such key, so it is there only where it says something.
Json with_module(Json json, const std::string& sha256) {
  if (!sha256.empty()) json["module_sha256"] = sha256;
  return json;
}

Json with_counts(Json json, const RoundCounts& counts) {
  for (const RoundCountField& field : kRoundCounts) json[field.name] = counts.*field.member;
  json["received"] = counts.received;
  json["sent"] = counts.sent;
  return json;
}

// Aggregators of before some of these were counted do not send them.
void read_counts(const Fields& fields, RoundCounts& counts) {
  for (const RoundCountField& field : kRoundCounts) {
    if (fields.has(field.name)) counts.*field.member = fields.count(field.name);
  }
  if (fields.has("received")) counts.received = static_cast<std::uint64_t>(fields.count("received"));
  if (fields.has("sent")) counts.sent = static_cast<std::uint64_t>(fields.count("sent"));
}

Json to_json(const RoundStatus& round) {
  return with_counts(Json{{"round", round.round},
                          {"state", round.state},
                          {"nodes", round.nodes},
                          {"seconds", round.seconds},
                          {"opened", round.opened},
                          {"weights", round.weights},
                          {"staleness", round.staleness},
                          {"loss", round.loss},
                          {"accuracy", round.accuracy}},
                     round);
}

RoundStatus round_status_from_json(const Json& json) {
  const Fields fields(json, "round status");
  RoundStatus round;
  read_counts(fields, round);
  round.round = fields.count("round");
  round.state = fields.text("state");
  round.nodes = fields.count("nodes");
  round.seconds = fields.number("seconds", 0, 1e12);
  if (fields.has("opened")) round.opened = fields.number("opened", 0, 1e12);
  if (fields.has("weights")) round.weights = fields.integer("weights", -1, Fields::kLargest);
  if (fields.has("staleness")) round.staleness = fields.number("staleness", 0, 1e12);
  if (fields.has("loss")) round.loss = fields.number("loss", -1e12, 1e12);
  if (fields.has("accuracy")) round.accuracy = fields.number("accuracy", 0, 1);
  return round;
}

Json to_json(const RoundTotals& totals) {
  return with_counts(Json{{"closed", totals.closed}}, totals);
}

RoundTotals round_totals_from_json(const Json& json) {
  const Fields fields(json, "round totals");
  RoundTotals totals;
  read_counts(fields, totals);
  totals.closed = fields.count("closed");
  return totals;
}

Json to_json(const WorkerStatus& worker) {
  return Json{{"name", worker.name}, {"state", worker.state}, {"taken", worker.taken},
              {"late", worker.late}, {"speed", worker.speed}, {"heard", worker.heard}};
}

WorkerStatus worker_status_from_json(const Json& json) {
  const Fields fields(json, "worker status");
  WorkerStatus worker;
  worker.name = fields.text("name");
  worker.state = fields.text("state");
  worker.taken = fields.count("taken");
  worker.late = fields.count("late");
  if (fields.has("speed")) worker.speed = fields.number("speed", 0, 1e12);
  if (fields.has("heard")) worker.heard = fields.number("heard", 0, 1e12);
  return worker;
}

Json to_json(const EventStatus& event) {
  return Json{{"number", event.number},
              {"when", event.when},
              {"round", event.round},
              {"kind", event.kind},
              {"text", event.text}};
}

EventStatus event_status_from_json(const Json& json) {
  const Fields fields(json, "event");
  EventStatus event;
  event.number = fields.count("number");
  event.when = fields.number("when", 0, 1e12);
  event.round = fields.count("round");
  event.kind = fields.text("kind");
  event.text = fields.text("text");
  return event;
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
                          {"sample", to_json(lease.sample)},
                          {"rule", to_json(lease.rule)},
                          {"compression", to_json(lease.compression)},
                          {"accepted", lease.accepted}},
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
  if (fields.has("module_sha256")) lease.module_sha256 = fields.digest("module_sha256");
  lease.dataset = fields.text("dataset");
  lease.mirrors = fields.texts("mirrors");
  lease.local = local_from_json(fields.at("local"), "lease: local");
  lease.sample = sample_spec_from_json(fields.at("sample"));
  lease.rule = rule_from_json(fields.at("rule"), "lease: rule");
  lease.compression = compression_from_json(fields.at("compression"), "lease: compression");
  lease.accepted = fields.text("accepted");
  return lease;
}

Json to_json(const ResultReport& report) {
  return Json{{"task", report.task}, {"fragments", report.fragments}, {"steps", report.steps},
              {"loss", report.loss}, {"accuracy", report.accuracy},   {"seconds", report.seconds}};
}

ResultReport result_report_from_json(const Json& json) {
  ResultReport report;
  if (json.is_null()) return report;
  const Fields fields(json, "the result's report");
  if (fields.has("task")) report.task = fields.text("task");
  if (fields.has("fragments")) report.fragments = fields.integer("fragments", 0, kFragmentLimit);
  if (fields.has("steps")) report.steps = fields.integer("steps", 0, kFragmentLimit);
  if (fields.has("loss")) report.loss = fields.number("loss", -1e12, 1e12);
  if (fields.has("accuracy")) report.accuracy = fields.number("accuracy", 0, 1);
  if (fields.has("seconds")) report.seconds = fields.number("seconds", 0, 1e12);
  return report;
}

Json to_json(const EvaluationLease& lease) {
  return with_module(Json{{"job", lease.job},
                          {"round", lease.round},
                          {"weights", lease.weights},
                          {"lease_s", lease.lease_s},
                          {"model", lease.model},
                          {"dataset", lease.dataset},
                          {"mirrors", lease.mirrors},
                          {"sample", to_json(lease.sample)}},
                     lease.module_sha256);
}

EvaluationLease evaluation_lease_from_json(const Json& json) {
  const Fields fields(json, "evaluation");
  EvaluationLease lease;
  lease.job = fields.count("job");
  lease.round = fields.count("round");
  lease.weights = fields.count("weights");
  lease.lease_s = fields.number("lease_s", 0, 1e6);
  lease.model = fields.text("model");
  if (fields.has("module_sha256")) lease.module_sha256 = fields.digest("module_sha256");
  lease.dataset = fields.text("dataset");
  lease.mirrors = fields.texts("mirrors");
  lease.sample = sample_spec_from_json(fields.at("sample"));
  return lease;
}

Json to_json(const Measurement& measurement) {
  return Json{{"round", measurement.round},
              {"weights", measurement.weights},
              {"fragments", measurement.fragments},
              {"accuracy", measurement.accuracy},
              {"loss", measurement.loss}};
}

Measurement measurement_from_json(const Json& json) {
  const Fields fields(json, "measurement");
  Measurement measurement;
  measurement.round = fields.count("round");
  measurement.weights = fields.count("weights");
  measurement.fragments = fields.integer("fragments", 1, kFragmentLimit);
  measurement.accuracy = fields.number("accuracy", 0, 1);
  measurement.loss = fields.number("loss", 0, 1e12);
  return measurement;
}

void RoundTotals::add(const RoundStatus& round) {
  *this += round;
  closed += round.state == "closed" ? 1 : 0;
}

RoundTotals totals_of(const JobStatus& status) {
  RoundTotals totals = status.earlier;
  for (const RoundStatus& round : status.history) totals.add(round);
  return totals;
}

Json to_json(const JobStatus& status) {
  return Json{{"job", status.job},
              {"name", status.name},
              {"state", status.state},
              {"reason", status.reason},
              {"trouble", status.trouble},
              {"rule", status.rule},
              {"nodes", status.nodes},
              {"rounds", status.rounds},
              {"needed", status.needed},
              {"weights", status.weights},
              {"earlier", to_json(status.earlier)},
              {"history", list_to_json(status.history)},
              {"workers", list_to_json(status.workers)},
              {"measurements", list_to_json(status.measurements)},
              {"events", list_to_json(status.events)}};
}

JobStatus job_status_from_json(const Json& json) {
  const Fields fields(json, "job status");
  JobStatus status;
  status.job = fields.count("job");
  status.name = fields.text("name");
  status.state = fields.text("state");
  if (fields.has("reason")) status.reason = fields.text("reason");
  if (fields.has("trouble")) status.trouble = fields.text("trouble");
  if (fields.has("rule")) status.rule = fields.text("rule");
  if (fields.has("nodes")) status.nodes = fields.count("nodes");
  status.rounds = fields.count("rounds");
  status.needed = fields.count("needed");
  status.weights = fields.integer("weights", -1, Fields::kLargest);
  if (fields.has("earlier")) status.earlier = round_totals_from_json(fields.at("earlier"));
  status.history = list_from_json(fields, "history", round_status_from_json);
  status.workers = list_from_json(fields, "workers", worker_status_from_json);
  if (fields.has("measurements")) {
    status.measurements = list_from_json(fields, "measurements", measurement_from_json);
  }
  if (fields.has("events")) status.events = list_from_json(fields, "events", event_status_from_json);
  return status;
}

}  // namespace frag::rounds
