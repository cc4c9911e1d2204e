#include "trainer/job_table.h"

#include <catch2/catch.hpp>

#include "tests/aggregator/watched_job.h"
#include "trainer/text_table.h"

using namespace frag;
using namespace frag::trainer;

TEST_CASE("a job's state reads as a table") {
  rounds::JobStatus status;
  status.job = 2;
  status.name = "gels";
  status.state = "open";
  status.rounds = 6;
  status.needed = 3;
  status.weights = 1;
  status.history = {{{.taken = 3, .late = 1}, 1, "closed", 4, 12.34}, {{.taken = 1}, 2, "open", 4, 2}};
  status.workers = {{.name = "desk-1", .state = "training", .taken = 1, .late = 0}};
  CHECK(format_job(status) ==
        "job 2 \"gels\": open, 1 of 6 rounds closed, quorum 3, weights version 1\n"
        "\n"
        "round     nodes  taken  late  refused  reissued  seconds\n"
        "1             4      3     1        0         0     12.3\n"
        "2 (open)      4      1     0        0         0      2.0\n"
        "\n"
        "worker     state  taken  late\n"
        "desk-1  training      1     0\n");
  CHECK(format_round_line(status.history[0]) == "round 1: 4 nodes, 3 taken, 1 late so far, 12.3 s");
}

TEST_CASE("a job's tables have more columns where there is something to say in them") {
  CHECK(format_job(frag::testing::watched_job()) ==
        "job 1 \"gels\": open, 2 of 6 rounds closed, quorum 3, weights version 2\n"
        "\n"
        "round     nodes  taken  late  refused  reissued  seconds  received    loss  accuracy\n"
        "1             4      3     1        1         6     12.3   2.9 KiB  1.5000     0.600\n"
        "2             4      3     0        0         0     10.0   2.9 KiB\n"
        "3 (open)      4      1     0        0         0      2.0       0 B\n"
        "\n"
        "measured after round  version  fragments  accuracy    loss\n"
        "0                           0        500     0.100  2.3000\n"
        "1                           1        500     0.700  1.2500\n"
        "\n"
        "worker     state  taken  late  fragments/s\n"
        "desk-1  training      4     0        120.5\n"
        "desk-2      gone      3     1         80.0\n");
}

TEST_CASE("a job's headline says why it is paused, and by which rule it goes where that is not the mean") {
  auto status = frag::testing::watched_job();
  status.state = "paused";
  status.reason = "the disk is full";
  status.rule = "fedadam";
  CHECK(format_headline(status) ==
        "job 1 \"gels\": paused (the disk is full), 2 of 6 rounds closed, quorum 3, rule fedadam, weights "
        "version 2");
}

TEST_CASE("columns are as wide as their characters, not their bytes") {
  TextTable table({"a", "b"});
  table.add({"\xc3\xa9t\xc3\xa9", "1"});  // "été"
  CHECK(table.text() == "a    b\n\xc3\xa9t\xc3\xa9  1\n");
}
