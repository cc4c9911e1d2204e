#include "trainer/sample_reader.h"

#include <algorithm>
#include <cstdio>

#include "libfrag/sampling/sampler.h"

namespace frag::trainer {
namespace {

// An own dataset may be meant to be another, or be a copy that is out of date; only its owner knows.
std::string not_the_jobs(const std::string& own, const std::string& jobs) {
  return "dataset " + own.substr(0, 12) + "... and the job's is " + jobs.substr(0, 12) +
         "...: all of it is taken for this worker's own data, of which it has no part to leave to others";
}

}  // namespace

SampleSpec sample_of_own(SampleSpec sample, const Catalog& catalog) {
  sample.part = 0;
  sample.parts = 1;
  if (!sample.count || sample.repeats == Repeats::allow) return sample;
  SampleSpec all = sample;
  all.count.reset();
  sample.count = std::min(*sample.count, Sampler(catalog).draw(all).size());
  return sample;
}

SampleReader::SampleReader(SampleReaderOptions options) : options_(std::move(options)) {
  if (!options_.data.empty()) open({});
}

FragmentSet SampleReader::read(const WantedSet& wanted, const ModelCard& card,
                               const std::function<bool()>& cancelled) {
  try {
    Access& access = open(wanted);
    const Catalog& catalog = access.catalog();
    check_classes(card, catalog.classes(), options_.data.empty() ? "dataset " + catalog.id() : options_.data);
    const bool of_job = options_.data.empty() || catalog.id() == wanted.dataset;
    if (!of_job) say_once(options_.data + " holds " + not_the_jobs(catalog.id(), wanted.dataset));
    const SampleSpec sample = of_job ? wanted.sample : sample_of_own(wanted.sample, catalog);
    FragmentSet set = read_fragments(access, sample, shape_of(card), wanted.title, cancelled);
    print_new_notes();
    return set;
  } catch (const Error& error) {
    if (access_) print_new_notes();
    if (error.code() != Errc::interrupted) access_.reset();
    throw;
  }
}

Access& SampleReader::open(const WantedSet& wanted) {
  std::vector<std::string> places = options_.mirrors;
  places.insert(places.end(), wanted.mirrors.begin(), wanted.mirrors.end());
  std::string dataset = wanted.dataset;
  if (!options_.data.empty()) {
    places = {options_.data};
    dataset.clear();  // its own has an id of its own
  }
  if (!access_ || dataset_ != dataset || places_ != places) {
    access_ = open_access(places, dataset);
    dataset_ = dataset;
    places_ = places;
    notes_.clear();
  }
  return *access_;
}

void SampleReader::print_new_notes() {
  for (const std::string& note : access_->notes()) say_once(note);
}

void SampleReader::say_once(const std::string& note) {
  if (!notes_.insert(note).second) return;
  const std::string who = options_.who.empty() ? "" : options_.who + ": ";
  std::fprintf(stderr, "fragtrain: %s%s\n", who.c_str(), note.c_str());
}

}  // namespace frag::trainer
