// A coordinator over a store in memory and a clock that moves when told.
#pragma once

#include <memory>
#include <string>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/rounds/coordinator.h"
#include "libfrag/rounds/memory_store.h"

namespace frag::rounds::testing {

inline JobSpec job_of(std::int64_t nodes, double quorum, std::int64_t rounds = 2) {
  JobSpec job;
  job.name = "test";
  job.model = "small";
  job.dataset = std::string(64, 'd');
  job.nodes = nodes;
  job.quorum = quorum;
  job.rounds = rounds;
  job.deadline_s = 100;
  job.lease_s = 10;
  job.rule = complete({});
  return job;
}

// Of one node, its versions measured by evaluators.
inline JobSpec measured_job(std::int64_t rounds) {
  JobSpec job = job_of(1, 1, rounds);
  job.evaluation = Evaluation{};
  return job;
}

struct Campaign {
  Campaign() { restart(); }
  explicit Campaign(const JobSpec& job) : Campaign() { open(job); }

  // As after kill -9: only the store stays.
  void restart() {
    coordinator = std::make_unique<Coordinator>(store, [this] { return now; });
  }

  std::int64_t open(const JobSpec& job) {
    const std::int64_t id = coordinator->submit(job);
    coordinator->open(id, xxh3_128_hex("weights of job " + std::to_string(id)), 100);
    return id;
  }

  std::int64_t worker(const std::string& name) { return coordinator->join(name).worker; }

  // The task that the worker gets; "" where there is none for it.
  std::string ask(std::int64_t worker) {
    const Offer<Lease> offer = coordinator->next_task(worker, 0);
    return offer.kind == OfferKind::task ? offer.lease.task : "";
  }

  static CheckedResult result(const std::string& task, const std::string& bytes = "result") {
    ResultReport report;
    report.task = task;
    report.fragments = 600;
    return {xxh3_128_hex(bytes + task), bytes.size(), 1.0, report};
  }
  Verdict send(std::int64_t worker, const std::string& task, const std::string& bytes = "result") {
    coordinator->admit(worker, task);
    return coordinator->accept(worker, task, result(task, bytes));
  }

  // Whether the call is refused by the rules.
  template <class Call>
  static bool refused(const Call& call) {
    try {
      call();
      return false;
    } catch (const Error& error) {
      return error.code() == Errc::refused;
    }
  }
  bool send_refused(std::int64_t worker, const std::string& task, const std::string& bytes = "result") {
    return refused([&] { send(worker, task, bytes); });
  }
  bool heartbeat_refused(std::int64_t worker, const std::string& task) {
    return refused([&] { coordinator->heartbeat(worker, task); });
  }

  // Averages the round that waits for it.
  void close() {
    const auto closing = coordinator->closing();
    coordinator->close(*closing, xxh3_128_hex("version " + std::to_string(closing->version)), 100);
  }

  // One round by one worker.
  void do_round(std::int64_t worker) {
    send(worker, ask(worker));
    close();
  }

  void wait(double seconds) { now += static_cast<Millis>(seconds * 1000); }

  RoundStatus round() { return status().history.back(); }
  JobStatus status() { return coordinator->status(coordinator->newest_job()); }

  Millis now = 1'000'000;
  MemoryStore store;
  std::unique_ptr<Coordinator> coordinator;
};

}  // namespace frag::rounds::testing
