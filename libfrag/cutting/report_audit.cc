// The audit as a report shows it.
#include <algorithm>
#include <map>

#include "libfrag/base/text.h"
#include "libfrag/cutting/html.h"
#include "libfrag/cutting/report_parts.h"

namespace frag {
namespace {

constexpr std::size_t kMostFindings = 200, kMostWarnings = 5;  // warnings of a kind

std::string what_of(const Finding& finding) {
  switch (finding.kind) {
    case FindingKind::group:
      return "one group, " + finding.group;
    case FindingKind::file:
      return "equal files";
    case FindingKind::pixels:
      return "equal pixels in different files";
    case FindingKind::picture:
      break;
  }
  return "pictures alike, " + format_fixed(finding.alike.likeness / 1000.0, 3) + ", the second " +
         finding.alike.symmetry;
}

std::string verdict(const AuditReport& audit) {
  if (audit.clean()) return "<p class=\"verdict good\">\u2713 Nothing lies on two sides of the split.</p>\n";
  return "<p class=\"verdict bad\">\u26a0 " + format_count(audit.findings.size()) +
         (audit.findings.size() == 1 ? " leak" : " leaks") + " across sides of the split.</p>\n";
}

std::string compared(const AuditReport& audit) {
  const auto row = [&](const char* what, std::uint64_t looked_at, const char* unit, FindingKind kind) {
    return std::vector<std::string>{what, format_count(looked_at) + " " + unit,
                                    format_count(audit.count(kind))};
  };
  return html_table(
      "What was compared, over " + format_count(audit.pairs_across) + " pairs of sources on different sides",
      {"Compared", "Looked at", "#On two sides"},
      {row("Groups", audit.groups, "groups", FindingKind::group),
       row("Files, by SHA-256", audit.files, "files", FindingKind::file),
       row("Pixels, by digest", audit.sources, "sources", FindingKind::pixels),
       row("Pictures, also turned and mirrored", audit.candidates, "candidates", FindingKind::picture)});
}

std::string findings(const AuditReport& audit) {
  if (audit.clean()) return "";
  std::vector<std::vector<std::string>> rows;
  for (const Finding& finding : audit.findings) {
    if (rows.size() == kMostFindings) break;
    rows.push_back(
        {html_text(what_of(finding)), html_text(finding.first_side) + ": " + html_text(finding.first),
         html_text(finding.second_side) + ": " + html_text(finding.second), format_count(finding.pairs)});
  }
  std::string html = html_table("Leaks", {"What", "First", "Second", "#Pairs"}, rows);
  if (audit.findings.size() > rows.size()) {
    html += "<p class=\"soft\">and " + format_count(audit.findings.size() - rows.size()) +
            " more, which <code>frag check --json</code> lists</p>\n";
  }
  return html;
}

std::string warnings(const AuditReport& audit) {
  if (audit.warnings.empty()) return "";
  std::map<WarningKind, std::vector<const AuditWarning*>> by_kind;
  for (const AuditWarning& warning : audit.warnings) by_kind[warning.kind].push_back(&warning);
  std::vector<std::vector<std::string>> rows;
  for (const auto& [kind, all] : by_kind) {
    std::string subjects;
    for (std::size_t i = 0; i < std::min(all.size(), kMostWarnings); ++i)
      subjects += (i > 0 ? "<br>" : "") + html_text(all[i]->subject + " (" + all[i]->what + ")");
    if (all.size() > kMostWarnings)
      subjects += "<br>and " + format_count(all.size() - kMostWarnings) + " more";
    rows.push_back({meaning_of(kind), format_count(all.size()), subjects});
  }
  return html_table("What deserves a look before the dataset is shared; no leaks",
                    {"Warning", "#How many", "Which"}, rows);
}

std::string notes(const AuditReport& audit) {
  std::string html;
  const auto note = [&html](std::uint64_t count, const char* what) {
    if (count > 0) html += "<p class=\"soft\">" + format_count(count) + what + "</p>\n";
  };
  note(audit.alike_within, " pairs are equal or alike within one side, in different groups: no leak.");
  note(audit.shared_files, " files have pages, regions or records on several sides: no leak by itself.");
  note(audit.even, " pictures were too even to compare but by their digest.");
  return html;
}

}  // namespace

std::string audit_section(const AuditReport& audit) {
  return "<h2>Audit of the split</h2>\n" + verdict(audit) + compared(audit) + notes(audit) + findings(audit) +
         warnings(audit);
}

}  // namespace frag
