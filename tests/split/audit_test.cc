#include "libfrag/split/audit.h"

#include <catch2/catch.hpp>

using namespace frag;

namespace {

const std::vector<std::string> kSides = {"train", "val", "test"};

AuditItem item(const std::string& name, const std::string& side, const std::string& file,
               const std::string& pixels, const std::string& group = "") {
  return {name, group.empty() ? name : group, side, file, pixels};
}

}  // namespace

TEST_CASE("a split without anything in common is clean, and its pairs are counted") {
  const std::vector<AuditItem> items = {item("a", "train", "1", "p1"), item("b", "train", "2", "p2"),
                                        item("c", "val", "3", "p3"), item("d", "test", "4", "p4")};
  const AuditReport report = audit_split(items, kSides, {});
  CHECK(report.clean());
  CHECK(report.sources == 4);
  CHECK(report.groups == 4);
  CHECK(report.files == 4);
  CHECK(report.pairs_across == 2 * 1 + 2 * 1 + 1 * 1);
  CHECK(report.sides ==
        std::vector<std::pair<std::string, std::uint64_t>>{{"train", 2}, {"val", 1}, {"test", 1}});
}

TEST_CASE("a group on two sides is one finding for those sides, with its pairs") {
  const std::vector<AuditItem> items = {item("a", "train", "1", "p1", "g"),
                                        item("b", "train", "2", "p2", "g"), item("c", "test", "3", "p3", "g"),
                                        item("d", "test", "4", "p4", "g")};
  const AuditReport report = audit_split(items, kSides, {});
  REQUIRE(report.findings.size() == 1);
  const Finding& finding = report.findings[0];
  CHECK(finding.kind == FindingKind::group);
  CHECK(finding.group == "g");
  CHECK((finding.first == "a" && finding.first_side == "train"));
  CHECK((finding.second == "c" && finding.second_side == "test"));
  CHECK(finding.pairs == 4);
}

TEST_CASE("a group on three sides is a finding for each two of them") {
  const std::vector<AuditItem> items = {item("a", "train", "1", "p1", "g"), item("b", "val", "2", "p2", "g"),
                                        item("c", "test", "3", "p3", "g")};
  CHECK(audit_split(items, kSides, {}).count(FindingKind::group) == 3);
}

TEST_CASE("equal pixels are told apart by whether the files are equal") {
  const std::vector<AuditItem> items = {item("a", "train", "1", "p"), item("b", "test", "1", "p"),
                                        item("c", "test", "2", "p")};
  const AuditReport report = audit_split(items, kSides, {});
  REQUIRE(report.findings.size() == 2);
  CHECK(report.findings[0].kind == FindingKind::file);
  CHECK(report.findings[0].second == "b");
  CHECK(report.findings[1].kind == FindingKind::pixels);
  CHECK(report.findings[1].second == "c");
  CHECK(report.alike_within == 1);
}

TEST_CASE("pages of one file on two sides are counted and no finding") {
  const std::vector<AuditItem> items = {item("a#1", "train", "1", "p1"), item("a#2", "test", "1", "p2")};
  const AuditReport report = audit_split(items, kSides, {});
  CHECK(report.clean());
  CHECK(report.shared_files == 1);
  CHECK(report.files == 1);
}

TEST_CASE("alike pictures are a finding across sides, a count within one, and nothing within a group") {
  const std::vector<AuditItem> items = {item("a", "train", "1", "p1", "g"),
                                        item("b", "train", "2", "p2", "g"), item("c", "train", "3", "p3"),
                                        item("d", "test", "4", "p4")};
  const std::vector<AlikePair> alike = {
      {0, 1, 990, 2, "as it is"}, {1, 2, 980, 3, "as it is"}, {0, 3, 970, 4, "turned by 90 degrees"}};
  const AuditReport report = audit_split(items, kSides, alike);
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].kind == FindingKind::picture);
  CHECK(report.findings[0].second == "d");
  CHECK(report.findings[0].alike.likeness == 970);
  CHECK(report.alike_within == 1);
}

TEST_CASE("a group's name is warned of once, and a source's own where the group's is harmless") {
  const std::vector<AuditItem> items = {item("x/1.png", "train", "1", "p1", "patient-1"),
                                        item("x/2.png", "train", "2", "p2", "patient-1"),
                                        item("x/Meyer_Anna.png", "test", "3", "p3", "slides")};
  const AuditReport report = audit_split(items, kSides, {});
  REQUIRE(report.warnings.size() == 2);
  CHECK(report.warnings[0].subject == "patient-1");
  CHECK(report.warnings[1].subject == "x/Meyer_Anna.png");
  CHECK(report.clean());
}

TEST_CASE("the JSON says what the report says") {
  const std::vector<AuditItem> items = {item("a", "train", "1", "p1"), item("b", "test", "2", "p2")};
  const std::vector<AlikePair> alike = {{0, 1, 987, 4, "mirrored"}};
  AuditReport report = audit_split(items, kSides, alike);
  report.dataset = "id";
  const Json json = to_json(report);
  CHECK(json["clean"] == false);
  CHECK(json["compared"]["sides"]["train"] == 1);
  CHECK(json["findings"].dump() ==
        R"([{"kind":"picture","first":"a","first_side":"train","second":"b","second_side":"test",)"
        R"("likeness":0.987,"distance":4,"symmetry":"mirrored"}])");
}
