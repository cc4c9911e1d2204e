#include "libfrag/split/audit.h"

#include <algorithm>
#include <map>
#include <set>

#include "libfrag/split/personal_names.h"

namespace frag {
namespace {

using Members = std::vector<std::uint32_t>;      // positions of items, in order
using BySide = std::vector<Members>;             // by the side's number
using Clusters = std::map<std::string, BySide>;  // by what the items share

std::uint64_t pairs_of(std::uint64_t count) {
  return count * (count - 1) / 2;
}

class Auditor {
 public:
  Auditor(std::span<const AuditItem> items, std::span<const std::string> sides)
      : items_(items), sides_(sides) {
    for (std::uint32_t i = 0; i < sides.size(); ++i) number_[sides[i]] = i;
    for (const AuditItem& item : items) side_of_.push_back(number_.at(item.side));
  }

  AuditReport run(std::span<const AlikePair> alike) {
    count_sides();
    compare_groups();
    compare_pixels();
    compare_pictures(alike);
    look_at_names();
    return std::move(report_);
  }

 private:
  template <class KeyOf>
  Clusters cluster(const KeyOf& key_of) const {
    Clusters clusters;
    for (std::uint32_t i = 0; i < items_.size(); ++i) {
      BySide& members = clusters[key_of(items_[i])];
      members.resize(sides_.size());
      members[side_of_[i]].push_back(i);
    }
    return clusters;
  }

  // work(members on the one side, members on the other) for every two sides that both have some.
  template <class Work>
  static void for_two_sides(const BySide& members, const Work& work) {
    for (std::size_t a = 0; a < members.size(); ++a) {
      for (std::size_t b = a + 1; b < members.size(); ++b) {
        if (!members[a].empty() && !members[b].empty()) work(members[a], members[b]);
      }
    }
  }

  void count_sides() {
    std::vector<std::uint64_t> sources(sides_.size());
    for (const std::uint32_t side : side_of_) ++sources[side];
    report_.sources = items_.size();
    report_.pairs_across = pairs_of(items_.size());
    for (std::size_t i = 0; i < sides_.size(); ++i) {
      report_.sides.emplace_back(sides_[i], sources[i]);
      report_.pairs_across -= pairs_of(sources[i]);
    }
  }

  void add(FindingKind kind, std::uint32_t first, std::uint32_t second, std::uint64_t pairs,
           const AlikePair& alike = {}) {
    const AuditItem &one = items_[first], &other = items_[second];
    report_.findings.push_back({kind, one.name, one.side, other.name, other.side,
                                kind == FindingKind::group ? one.group : std::string(), pairs, alike});
  }

  void compare_groups() {
    const Clusters groups = cluster([](const AuditItem& item) { return item.group; });
    report_.groups = groups.size();
    for (const auto& [name, members] : groups) {
      for_two_sides(members, [&](const Members& one, const Members& other) {
        add(FindingKind::group, one.front(), other.front(), one.size() * other.size());
      });
    }
  }

  // Equal pixels, told apart by whether the files are equal, too. Equal files with different pixels are
  // pages, regions or records of one file: those are only counted.
  void compare_pixels() {
    const Clusters pixels = cluster([](const AuditItem& item) { return item.pixels; });
    for (const auto& [digest, members] : pixels) {
      for (const Members& side : members) report_.alike_within += pairs_between_groups(side);
      for_two_sides(members, [&](const Members& one, const Members& other) { compare_files(one, other); });
    }
    const Clusters files = cluster([](const AuditItem& item) { return item.sha256; });
    report_.files = files.size();
    for (const auto& [digest, members] : files) {
      std::set<std::string> pictures;
      std::size_t on = 0;
      for (const Members& side : members) {
        on += side.empty() ? 0 : 1;
        for (const std::uint32_t i : side) pictures.insert(items_[i].pixels);
      }
      report_.shared_files += on > 1 && pictures.size() > 1 ? 1 : 0;
    }
    std::stable_sort(report_.findings.begin(), report_.findings.end(),
                     [](const Finding& a, const Finding& b) { return a.kind < b.kind; });
  }

  // Of sources with equal pixels on two sides: those whose files are equal, and the others.
  void compare_files(const Members& one, const Members& other) {
    std::map<std::string, Members> other_files;
    for (const std::uint32_t i : other) other_files[items_[i].sha256].push_back(i);
    std::uint64_t equal = 0;
    std::pair<std::uint32_t, std::uint32_t> equal_pair, different_pair;
    for (const std::uint32_t i : one) {
      const auto found = other_files.find(items_[i].sha256);
      if (found != other_files.end()) {
        if (equal == 0) equal_pair = {i, found->second.front()};
        equal += found->second.size();
      }
      for (const auto& [file, members] : other_files) {
        if (file == items_[i].sha256) continue;
        different_pair = {i, members.front()};
        break;
      }
    }
    const std::uint64_t different = one.size() * other.size() - equal;
    if (equal > 0) add(FindingKind::file, equal_pair.first, equal_pair.second, equal);
    if (different > 0) add(FindingKind::pixels, different_pair.first, different_pair.second, different);
  }

  std::uint64_t pairs_between_groups(const Members& members) const {
    std::map<std::string, std::uint64_t> groups;
    for (const std::uint32_t i : members) ++groups[items_[i].group];
    std::uint64_t pairs = members.empty() ? 0 : pairs_of(members.size());
    for (const auto& [name, count] : groups) pairs -= pairs_of(count);
    return pairs;
  }

  void compare_pictures(std::span<const AlikePair> alike) {
    for (const AlikePair& pair : alike) {
      if (side_of_[pair.first] != side_of_[pair.second]) {
        add(FindingKind::picture, pair.first, pair.second, 1, pair);
      } else if (items_[pair.first].group != items_[pair.second].group) {
        ++report_.alike_within;
      }
    }
  }

  // A group's name is looked at once; a source's own only where it says more than its group's.
  void look_at_names() {
    std::set<std::string> seen;
    for (const AuditItem& item : items_) {
      for (const std::string* name : {&item.group, &item.name}) {
        if (!seen.insert(*name).second) continue;
        if (const auto hint = personal_hint(*name)) {
          report_.warnings.push_back({WarningKind::name, *name, *hint});
          break;
        }
      }
    }
  }

  std::span<const AuditItem> items_;
  std::span<const std::string> sides_;
  std::map<std::string, std::uint32_t> number_;
  std::vector<std::uint32_t> side_of_;
  AuditReport report_;
};

Json to_json(const Finding& finding) {
  Json json = {{"kind", name_of(finding.kind)},
               {"first", finding.first},
               {"first_side", finding.first_side},
               {"second", finding.second},
               {"second_side", finding.second_side}};
  if (finding.kind == FindingKind::group) json["group"] = finding.group;
  if (finding.kind == FindingKind::picture) {
    json["likeness"] = finding.alike.likeness / 1000.0;
    json["distance"] = finding.alike.distance;
    json["symmetry"] = finding.alike.symmetry;
  } else {
    json["pairs"] = finding.pairs;
  }
  return json;
}

}  // namespace

const char* name_of(FindingKind kind) {
  switch (kind) {
    case FindingKind::group:
      return "group";
    case FindingKind::file:
      return "file";
    case FindingKind::pixels:
      return "pixels";
    case FindingKind::picture:
      return "picture";
  }
  return "";
}

const char* name_of(WarningKind kind) {
  switch (kind) {
    case WarningKind::name:
      return "name";
    case WarningKind::location:
      return "location";
    case WarningKind::owner:
      return "owner";
    case WarningKind::date:
      return "date";
    case WarningKind::slide_image:
      return "slide_image";
    case WarningKind::even:
      return "even";
  }
  return "";
}

const char* meaning_of(WarningKind kind) {
  switch (kind) {
    case WarningKind::name:
      return "a name that looks like a person's or a patient's";
    case WarningKind::location:
      return "a file that says where it was taken";
    case WarningKind::owner:
      return "a file with words on who or what made it";
    case WarningKind::date:
      return "a file that says when it was taken";
    case WarningKind::slide_image:
      return "a slide with its label or overview in the file";
    case WarningKind::even:
      return "a picture without anything to compare";
  }
  return "";
}

std::uint64_t AuditReport::count(FindingKind kind) const {
  return static_cast<std::uint64_t>(std::count_if(
      findings.begin(), findings.end(), [kind](const Finding& finding) { return finding.kind == kind; }));
}

AuditReport audit_split(std::span<const AuditItem> items, std::span<const std::string> sides,
                        std::span<const AlikePair> alike) {
  return Auditor(items, sides).run(alike);
}

Json to_json(const AuditReport& report) {
  Json sides = Json::object();
  for (const auto& [name, sources] : report.sides) sides[name] = sources;
  Json findings = Json::array(), warnings = Json::array();
  for (const Finding& finding : report.findings) findings.push_back(to_json(finding));
  for (const AuditWarning& warning : report.warnings) {
    warnings.push_back(
        {{"kind", name_of(warning.kind)}, {"subject", warning.subject}, {"what", warning.what}});
  }
  return {{"dataset", report.dataset},
          {"clean", report.clean()},
          {"thresholds",
           {{"near_bits", report.options.near_bits}, {"likeness", report.options.likeness / 1000.0}}},
          {"compared",
           {{"sides", sides},
            {"sources", report.sources},
            {"groups", report.groups},
            {"files", report.files},
            {"pairs_across", report.pairs_across},
            {"symmetries", report.symmetries},
            {"hash_lookups", report.hash_lookups},
            {"candidates", report.candidates},
            {"even", report.even},
            {"shared_files", report.shared_files},
            {"alike_within", report.alike_within}}},
          {"findings", findings},
          {"warnings", warnings}};
}

}  // namespace frag
