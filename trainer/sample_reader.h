// Where a worker's fragments come from: the mirrors that its operator and a job name, or the operator's own
// dataset, whose fragments stay where they are.
//
// Belongs to one thread.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "trainer/fragment_set.h"

namespace frag::trainer {

// What is to be read, as a lease says it.
struct WantedSet {
  std::string dataset;               // the job's
  std::vector<std::string> mirrors;  // the job's
  SampleSpec sample;
  std::string title;  // of the progress bar

  bool operator==(const WantedSet&) const = default;
};

struct SampleReaderOptions {
  std::vector<std::string> mirrors;  // asked before a job's own
  std::string data;                  // a dataset of one's own instead of all mirrors: a folder, or tars
  std::string who;                   // before what it says on standard error; may be empty
};

// What a worker draws of its own dataset for `sample`: all of it is its part, and the count at most what
// there is. Errors as Sampler::draw.
SampleSpec sample_of_own(SampleSpec sample, const Catalog& catalog);

class SampleReader {
 public:
  // Opens the dataset of one's own, if there is one. Errors as open_access.
  explicit SampleReader(SampleReaderOptions options);

  // The fragments at the network's input size. Where its own dataset is a copy of the job's it draws the
  // sample as it is, else as sample_of_own() says. Errc::bad_input where the dataset's classes are not the
  // card's; else as Access::read. After an error the next call begins with the first mirror again, but for
  // Errc::interrupted: a reading that was `cancelled`, as of read_fragments().
  FragmentSet read(const WantedSet& wanted, const ModelCard& card,
                   const std::function<bool()>& cancelled = {});

  const SampleReaderOptions& options() const { return options_; }

 private:
  Access& open(const WantedSet& wanted);
  void print_new_notes();
  void say_once(const std::string& note);

  const SampleReaderOptions options_;
  std::unique_ptr<Access> access_;
  std::string dataset_;              // of access_
  std::vector<std::string> places_;  // of access_
  std::set<std::string> notes_;      // said already
};

}  // namespace frag::trainer
