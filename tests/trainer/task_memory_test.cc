#include "trainer/task_memory.h"

#include <catch2/catch.hpp>
#include <set>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

namespace {

rounds::Lease lease_after(std::int64_t round, const std::string& accepted, std::int64_t job = 1) {
  rounds::Lease lease;
  lease.task = std::to_string(job) + "-" + std::to_string(round) + "-0-1";
  lease.job = job;
  lease.round = round;
  lease.accepted = accepted;
  return lease;
}

const KeptTask kKeptOnce{
    .before = {{"w", {1, 2}}}, .taken = {{"w", {3, 4}}}, .refused = {{"w", {5}}, {"v", {}}}};

std::string kept_name(int job) {
  return "fragtrain-kept-of-job-" + std::to_string(job) + ".safetensors";
}

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

}  // namespace

TEST_CASE("what is kept goes on as the next lease says, also in another process") {
  const test::TempDir folder;
  for (const bool on_disk : {false, true}) {
    TaskMemory first(on_disk ? folder / "keep" : std::filesystem::path());
    CHECK(first.settle(lease_after(1, "")).empty());
    first.keep(lease_after(1, ""), kKeptOnce);
    TaskMemory again(folder / "keep");
    TaskMemory& memory = on_disk ? again : first;
    CHECK(memory.settle(lease_after(2, "1-1-0-1")) == kKeptOnce.taken);
    CHECK(memory.settle(lease_after(2, "")) == kKeptOnce.refused);
    CHECK(memory.settle(lease_after(1, "")) == kKeptOnce.before);  // the same task once more
  }
}

TEST_CASE("once it is known whether a task's result counts, only that state stays in memory") {
  for (const auto state : {&KeptTask::taken, &KeptTask::refused}) {
    TaskMemory memory;
    memory.keep(lease_after(1, ""), kKeptOnce);
    memory.keep_only("1-1-0-1", state);
    CHECK(memory.settle(lease_after(1, "")).empty());
    CHECK(memory.settle(lease_after(2, state == &KeptTask::taken ? "1-1-0-1" : "")) == kKeptOnce.*state);
  }
}

TEST_CASE("what is known of another task's result lets nothing go of the newest that was kept") {
  TaskMemory memory;
  memory.keep(lease_after(1, ""), kKeptOnce);
  memory.keep_only("1-2-0-1", &KeptTask::refused);
  CHECK(memory.settle(lease_after(2, "1-1-0-1")) == kKeptOnce.taken);
}

TEST_CASE("what is kept of another history is not gone on with") {
  const test::TempDir folder;
  TaskMemory memory(folder / "keep");
  memory.keep(lease_after(5, "1-4-0-1"), kKeptOnce);
  CHECK(memory.settle(lease_after(6, "1-5-0-1")) == kKeptOnce.taken);
  CHECK(memory.settle(lease_after(7, "1-6-2-1")).empty());  // a task that was done elsewhere
  CHECK(memory.settle(lease_after(2, "1-4-0-1")).empty());  // the job began anew
  rounds::Lease other = lease_after(6, "1-5-0-1");
  other.sample.seed = 3;
  CHECK(memory.settle(other).empty());
}

TEST_CASE("only the newest job's file stays, and none at the end") {
  const test::TempDir folder;
  TaskMemory memory(folder / "keep");
  memory.keep(lease_after(1, "", 1), kKeptOnce);
  test::write_text(folder / "keep" / "notes.txt", "the user's own");
  memory.forget_others(2);
  memory.keep(lease_after(1, "", 2), kKeptOnce);
  CHECK(names_in(folder / "keep") == std::set<std::string>{kept_name(2), "notes.txt"});
  memory.forget_others(TaskMemory::kNoJob);
  CHECK(names_in(folder / "keep") == std::set<std::string>{"notes.txt"});
}

TEST_CASE("files that are not a worker's own stay, whatever they are called") {
  const test::TempDir folder;
  const std::set<std::string> names{"job-final.safetensors", "job-1.safetensors",
                                    "fragtrain-kept-of-job-best.safetensors",
                                    "fragtrain-kept-of-job-.safetensors"};
  for (const std::string& name : names) test::write_text(folder / name, "the user's own");
  TaskMemory(folder.path()).forget_others(TaskMemory::kNoJob);
  CHECK(names_in(folder.path()) == names);
}

TEST_CASE("a folder in which nothing can be kept is said so before there is something to keep") {
  const test::TempDir folder;
  test::write_text(folder / "taken", "a file");
  const Error error = test::error_of([&] { TaskMemory(folder / "taken" / "keep").make_folder(); });
  CHECK(error.code() == Errc::io);
  CHECK(std::string(error.what()).find("give --keep a folder that can be written") != std::string::npos);
}

TEST_CASE("a file that is damaged is as none") {
  const test::TempDir folder;
  TaskMemory memory(folder / "keep");
  memory.keep(lease_after(1, ""), kKeptOnce);
  test::write_text(folder / "keep" / kept_name(1), "half of it");
  CHECK(memory.settle(lease_after(2, "1-1-0-1")).empty());
}

TEST_CASE("every worker of every aggregator has a folder of its own") {
  const auto folder = usual_memory_folder("http://lab:8090", "bench 3/x");
  CHECK(folder.filename().string().starts_with("bench_3_x-"));
  CHECK(folder.parent_path().filename() == "http___lab_8090");
  CHECK(usual_memory_folder("http://lab:8091", "bench 3/x") != folder);
}

TEST_CASE("an aggregator's address means the same folder with a slash at its end") {
  CHECK(usual_memory_folder("http://lab:8090/", "x") == usual_memory_folder("http://lab:8090", "x"));
}

TEST_CASE("names that differ in letters no folder can have are two folders") {
  CHECK(usual_memory_folder("http://lab:8090", "Jörg") != usual_memory_folder("http://lab:8090", "Jürg"));
}
