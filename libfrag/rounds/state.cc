#include "libfrag/rounds/state.h"

namespace frag::rounds {
namespace {

template <class Map, class Record, class Key>
void put_all(Map& map, const std::vector<Record>& records, const Key& key) {
  for (const Record& record : records) map.insert_or_assign(key(record), record);
}

template <class Record, class Map>
std::vector<Record> values(const Map& map) {
  std::vector<Record> list;
  for (const auto& [key, record] : map) list.push_back(record);
  return list;
}

}  // namespace

bool Batch::empty() const {
  return jobs.empty() && rounds.empty() && tasks.empty() && workers.empty() && members.empty() &&
         weights.empty() && measurements.empty() && events.empty();
}

void State::apply(const Batch& batch) {
  put_all(jobs, batch.jobs, [](const JobRecord& job) { return job.id; });
  put_all(rounds, batch.rounds, [](const RoundRecord& round) { return Pair(round.job, round.round); });
  put_all(tasks, batch.tasks, [](const TaskRecord& task) { return task.id; });
  put_all(workers, batch.workers, [](const WorkerRecord& worker) { return worker.id; });
  put_all(members, batch.members, [](const MemberRecord& member) { return Pair(member.job, member.worker); });
  put_all(weights, batch.weights, [](const WeightsRecord& weight) { return weight.version; });
  put_all(measurements, batch.measurements,
          [](const MeasurementRecord& record) { return record.measurement.weights; });
  put_all(events, batch.events, [](const EventRecord& event) { return event.number; });
  while (events.size() > kEventsKept) events.erase(events.begin());
}

void State::drop_closed_tasks() {
  std::erase_if(tasks, [&](const auto& entry) {
    const TaskRecord& task = entry.second;
    const auto round = rounds.find({task.job, task.round});
    return jobs.at(task.job).state == JobState::finished || (round != rounds.end() && over(round->second));
  });
}

Batch State::records() const {
  Batch batch;
  batch.jobs = values<JobRecord>(jobs);
  batch.rounds = values<RoundRecord>(rounds);
  batch.tasks = values<TaskRecord>(tasks);
  batch.workers = values<WorkerRecord>(workers);
  batch.members = values<MemberRecord>(members);
  batch.weights = values<WeightsRecord>(weights);
  batch.measurements = values<MeasurementRecord>(measurements);
  batch.events = values<EventRecord>(events);
  return batch;
}

}  // namespace frag::rounds
