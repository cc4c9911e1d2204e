// frag check: the leakage audit of a dataset, for people or as JSON.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"
#include "libfrag/cutting/check.h"
#include "tools/commands.h"

namespace frag {
namespace {

struct CheckArguments {
  std::string dataset;
  bool json = false;
  int near = AuditOptions{}.near_bits;
  double likeness = AuditOptions{}.likeness / 1000.0;
};

std::string likeness_text(int likeness) {
  return format_fixed(likeness / 1000.0, 3);
}

void print_compared(const AuditReport& report) {
  std::vector<std::string> sides;
  for (const auto& [name, sources] : report.sides) sides.push_back(name + " " + format_count(sources));
  std::cout << "dataset   " << report.dataset << "\n"
            << "compared  " << count_of(report.sources, "source") << " on "
            << count_of(report.sides.size(), "side") << " (" << join(sides, ", ")
            << "): " << count_of(report.pairs_across, "pair") << " across sides\n"
            << "groups    " << count_of(report.groups, "group") << ", "
            << format_count(report.count(FindingKind::group)) << " times one on two sides\n"
            << "files     " << count_of(report.files, "file") << " by SHA-256, "
            << format_count(report.count(FindingKind::file)) << " times one on two sides\n"
            << "pixels    " << count_of(report.sources, "digest") << ", "
            << format_count(report.count(FindingKind::pixels)) << " times one on two sides\n"
            << "pictures  " << report.symmetries << " symmetries of each, "
            << count_of(report.hash_lookups, "hash lookup") << ", "
            << count_of(report.candidates, "candidate") << " within " << report.options.near_bits << " bits, "
            << format_count(report.count(FindingKind::picture)) << " alike across sides (likeness "
            << likeness_text(report.options.likeness) << " or more)\n";
  if (report.even > 0)
    std::cout << "          " << count_of(report.even, "picture") << " too even to compare but by digest\n";
  if (report.alike_within > 0) {
    std::cout
        << "          " << count_of(report.alike_within, "pair")
        << " equal or alike within one side, in different groups: no leak, but one group would be safer\n";
  }
  if (report.shared_files > 0) {
    std::cout << "          " << count_of(report.shared_files, "file")
              << " with pages, regions or records on several sides: no leak by itself\n";
  }
}

void print_finding(const Finding& finding) {
  std::cout << "leak      " << name_of(finding.kind) << ": " << finding.first_side << " " << finding.first
            << " | " << finding.second_side << " " << finding.second;
  switch (finding.kind) {
    case FindingKind::group:
      std::cout << " (group " << finding.group;
      break;
    case FindingKind::file:
      std::cout << " (equal files";
      break;
    case FindingKind::pixels:
      std::cout << " (equal pixels, other files";
      break;
    case FindingKind::picture:
      std::cout << " (" << finding.alike.symmetry << ", likeness " << likeness_text(finding.alike.likeness)
                << ", " << finding.alike.distance << " bits apart";
      break;
  }
  if (finding.pairs > 1) std::cout << ", and " << format_count(finding.pairs - 1) << " more such pairs";
  std::cout << ")\n";
}

// One line a kind and the first few of it: --json has them all.
void print_warnings(const std::vector<AuditWarning>& warnings) {
  constexpr std::ptrdiff_t kShown = 3;
  for (auto first = warnings.begin(); first != warnings.end();) {
    const auto last = std::find_if(
        first, warnings.end(), [first](const AuditWarning& warning) { return warning.kind != first->kind; });
    std::cout << "warning   " << name_of(first->kind) << ": "
              << format_count(static_cast<std::uint64_t>(last - first)) << " x " << meaning_of(first->kind)
              << "\n";
    for (auto one = first; one != last && one - first < kShown; ++one)
      std::cout << "            " << one->subject << " (" << one->what << ")\n";
    if (last - first > kShown) std::cout << "            ... (--json lists all)\n";
    first = last;
  }
}

void run(const CheckArguments& arguments) {
  AuditOptions audit;
  audit.near_bits = arguments.near;
  audit.likeness = static_cast<int>(std::lround(arguments.likeness * 1000));
  const AuditReport report = check(DatasetFolder(arguments.dataset), audit);
  if (arguments.json) {
    std::cout << to_json(report).dump() << "\n";
  } else {
    print_compared(report);
    for (const Finding& finding : report.findings) print_finding(finding);
    print_warnings(report.warnings);
    if (report.clean())
      std::cout << "clean     nothing lies on two sides"
                << (report.warnings.empty() ? "" : "; warnings are of what files tell, and no leaks") << "\n";
  }
  std::cout.flush();
  if (!report.clean()) {
    throw Error(Errc::finding, arguments.dataset + ": " + count_of(report.findings.size(), "leak") +
                                   " across sides; give what belongs together one group (frag split "
                                   "--group), or cut again without the copies");
  }
}

}  // namespace

void add_check(CLI::App& program) {
  auto arguments = std::make_shared<CheckArguments>();
  CLI::App* command = add_command(
      program, "check",
      "Looks for leaks: groups, files, pixels or pictures that lie on two sides of the split, also turned or "
      "mirrored. Exit status 0 where there is none and 9 where there is; warnings (names, locations, dates, "
      "slide labels) do not change it",
      "frag check gels.frag");
  command->add_option("dataset", arguments->dataset, "A dataset folder")->required();
  command->add_flag("--json", arguments->json, "Print JSON");
  command
      ->add_option("--near", arguments->near,
                   "Compare two pictures closely where their hashes differ in at most so many of 64 bits")
      ->check(CLI::Range(0, 64));
  command
      ->add_option(
          "--likeness", arguments->likeness,
          "From this correlation on, above 0 and up to 1, two pictures count as one; below 64 pixels "
          "an edge at least 0.98")
      ->check(CLI::Range(0.001, 1.0));
  command->callback([arguments] { run(*arguments); });
}

}  // namespace frag
