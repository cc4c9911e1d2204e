#include "libfrag/dataset/labels.h"

#include <catch2/catch.hpp>

#include "libfrag/dataset/group_rule.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::TempDir;
using frag::test::write_text;

TEST_CASE("images are found below their class folders, in the order of their names") {
  const TempDir dir;
  for (const char* name :
       {"b/2.png", "b/1.PNG", "a/deep/x.jpg", "a/notes.txt", ".hidden/y.png", "a/.z.png", "loose.png"}) {
    write_text(dir / name, "x");
  }
  std::vector<std::string> names;
  for (const auto& file : scan_class_folders(dir.path())) names.push_back(file.class_name + "|" + file.name);
  CHECK(names == std::vector<std::string>{"a|a/deep/x.jpg", "b|b/1.PNG", "b|b/2.png"});
}

TEST_CASE("a folder without class folders says how it should look") {
  const TempDir dir;
  write_text(dir / "image.png", "x");
  const Error error = error_of([&] { scan_class_folders(dir.path()); });
  CHECK(error.code() == Errc::bad_input);
  CHECK(std::string(error.what()).find("CLASS") != std::string::npos);
  CHECK(error_of([&] { scan_class_folders(dir / "missing"); }).code() == Errc::not_found);
}

TEST_CASE("groups come from the named capture, else the first, else the source itself") {
  CHECK(GroupRule("").group_of("a/1.png") == "a/1.png");
  CHECK(GroupRule("(?P<group>patient-\\d+)").group_of("a/patient-12_3.png") == "patient-12");
  CHECK(GroupRule("(x)?(?P<group>\\d+)").group_of("a/7.png") == "7");
  CHECK(GroupRule("/(\\w)").group_of("a/bcd.png") == "b");
}

TEST_CASE("a source outside the group rule is named") {
  const Error error = error_of([] { GroupRule("(patient-\\d+)").group_of("a/1.png"); });
  CHECK(std::string(error.what()).find("a/1.png") != std::string::npos);
}

namespace {

// "NAME CLASS GROUP SPLIT", with "-" for what nobody said.
std::vector<std::string> sources_of(const SourceScan& scan) {
  std::vector<std::string> lines;
  for (const auto& file : scan.files) {
    lines.push_back(file.name + " " + (file.class_name.empty() ? "-" : file.class_name) + " " +
                    file.group.value_or("-") + " " + file.split.value_or("-"));
  }
  return lines;
}

std::vector<std::string> left_out_of(const SourceScan& scan) {
  std::vector<std::string> lines;
  for (const auto& item : scan.left_out) lines.push_back(item.name + " " + name_of(item.reason));
  return lines;
}

void write_files(const TempDir& dir, std::initializer_list<const char*> names) {
  for (const char* name : names) write_text(dir / name, "x");
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a loose image is left out of class folders, with the reason") {
  const TempDir dir;
  write_files(dir, {"a/1.png", "loose.png", "README"});
  const SourceScan scan = scan_sources(dir.path(), {});
  CHECK(sources_of(scan) == Lines{"a/1.png a - -"});
  CHECK(left_out_of(scan) == Lines{"loose.png no_match"});
  CHECK(scan.left_out[0].text == "it lies in no class folder");
}

TEST_CASE("what is no image by its name is passed over, with the reason") {
  const TempDir dir;
  write_files(dir, {"a/1.png", "a/notes.txt", "a/scan", ".git/x.png", "a/.2.png", "a/geo.json"});
  std::filesystem::create_symlink("nowhere.txt", dir / "a" / "dead.txt");
  std::filesystem::create_symlink("nowhere.png", dir / "a" / "dead.png");
  const SourceScan scan = scan_sources(dir.path(), {});
  CHECK(left_out_of(scan) == Lines{"a/dead.png dead_link"});
  Lines passed;
  for (const PassedOver& one : scan.passed) passed.push_back(one.name + ": " + one.text);
  CHECK(passed ==
        Lines{".git/: hidden: its name begins with a dot", "a/.2.png: hidden: its name begins with a dot",
              "a/dead.txt: a link that leads nowhere", "a/geo.json: by its extension .json no image",
              "a/notes.txt: by its extension .txt no image",
              "a/scan: its name has no extension; if it is an image, add one such as .jpg, .png or .tif"});
}

TEST_CASE("folders one level too deep and folders without images are spoken of") {
  const TempDir dir;
  write_files(dir, {"smears/blast/1.png", "smears/lymph/1.png", "smears/lymph/2.png"});
  const auto notes = scan_sources(dir.path(), {}).notes;
  REQUIRE(notes.size() == 1);
  CHECK(notes[0] ==
        "all images are of one class, \"smears\", and lie in folders of it (blast, lymph); where those are "
        "the classes, cut " +
            (dir / "smears").string());
  CHECK(scan_sources(dir / "smears", {}).notes.empty());
  std::filesystem::create_directory(dir / "smears" / "none");
  write_files(dir, {"smears/texts/a.txt"});
  CHECK(scan_sources(dir / "smears", {}).notes ==
        Lines{"no image lies in the folders none/, texts/: no class"});
}

TEST_CASE("the path says class, group and split; what does not match is left out") {
  const TempDir dir;
  write_files(dir, {"x/gel/p1-train-a.png", "x/gel/p2-test-a.png", "x/sol/p1-b.png", "x/other.png"});
  LabelRule rule;
  rule.from = LabelsFrom::path;
  rule.expression = R"((?P<class>\w+)/(?P<group>p\d+)-(?:(?P<split>train|test)-)?)";
  rule.validate();
  const SourceScan scan = scan_sources(dir.path(), rule);
  CHECK(sources_of(scan) == Lines{"x/gel/p1-train-a.png gel p1 train", "x/gel/p2-test-a.png gel p2 test",
                                  "x/sol/p1-b.png sol p1 -"});
  CHECK(left_out_of(scan) == Lines{"x/other.png no_match"});
}

TEST_CASE("a split that the path cannot mean is named with its file") {
  const TempDir dir;
  write_files(dir, {"a/t10k-1.png"});
  LabelRule rule;
  rule.expression = "(?P<split>t10k)";
  const Error error = error_of([&] { scan_sources(dir.path(), rule); });
  CHECK(error.code() == Errc::bad_input);
  CHECK(std::string(error.what()).find("a/t10k-1.png: labels.expression captures the split \"t10k\"") == 0);
}

TEST_CASE("a list of classes leaves the others out") {
  const TempDir dir;
  write_files(dir, {"a/1.png", "b/1.png", "c/1.png"});
  LabelRule rule;
  rule.classes = {"c", "a"};
  const SourceScan scan = scan_sources(dir.path(), rule);
  CHECK(sources_of(scan) == Lines{"a/1.png a - -", "c/1.png c - -"});
  CHECK(left_out_of(scan) == Lines{"b/1.png other_class"});
}

TEST_CASE("a table decides which files count; missing and unlisted ones are reported") {
  const TempDir dir;
  write_files(dir, {"a.png", "deep/b.tif", "extra.png", "z.png", ".hidden/h.png", "notes.txt"});
  write_text(dir / "labels.csv",
             "path,class,group,split,page\ndeep/b.tif,x,p2,,1\ndeep/b.tif,y,p3,,0\na.png,x,,val,\n"
             "gone.png,x,,,\n.hidden/h.png,x,,,\n");
  LabelRule rule;
  rule.from = LabelsFrom::csv;
  rule.file = "labels.csv";
  const SourceScan scan = scan_sources(dir.path(), rule);
  CHECK(sources_of(scan) ==
        Lines{".hidden/h.png x - -", "a.png x - val", "deep/b.tif y p3 -", "deep/b.tif x p2 -"});
  CHECK(scan.files[2].page == 0);
  CHECK(scan.files[2].path == dir / "deep/b.tif");
  CHECK(left_out_of(scan) == Lines{"extra.png unlisted", "gone.png missing", "z.png unlisted"});
  CHECK(scan.left_out[1].text == "labels.csv:5 lists it, and it is not there");
}

TEST_CASE("the path's group stands in where the table states none") {
  const TempDir dir;
  write_files(dir, {"p1-a.png", "p2-a.png", "q.png", "r.png"});
  write_text(dir / "l.csv", "path,class,group\np1-a.png,x,\np2-a.png,x,mine\nq.png,x,\nr.png,x,r\n");
  LabelRule rule;
  rule.from = LabelsFrom::csv;
  rule.file = "l.csv";
  rule.expression = R"((?P<group>p\d+))";
  const SourceScan scan = scan_sources(dir.path(), rule);
  CHECK(sources_of(scan) == Lines{"p1-a.png x p1 -", "p2-a.png x mine -", "r.png x r -"});
  CHECK(left_out_of(scan) == Lines{"q.png no_match"});
}

TEST_CASE("a missing table is not found, by its name") {
  const TempDir dir;
  write_files(dir, {"a.png"});
  LabelRule rule;
  rule.from = LabelsFrom::csv;
  rule.file = "labels.csv";
  const Error error = error_of([&] { scan_sources(dir.path(), rule); });
  CHECK(error.code() == Errc::not_found);
  CHECK(std::string(error.what()).find("labels.csv") != std::string::npos);
}

TEST_CASE("masks are no sources, and a source without one is left out") {
  const TempDir dir;
  const std::string pattern = GENERATE(as<std::string>{}, "masks/{dir}/{stem}.png", "{dir}/{stem}_mask.png");
  write_files(dir, {"s/a.png", "s/b.png"});
  write_text(dir / sidecar_name(pattern, "s/a.png"), "x");
  LabelRule rule;
  rule.from = LabelsFrom::mask;
  rule.mask = pattern;
  rule.values = {{"x", 0xffffff}};
  const SourceScan scan = scan_sources(dir.path(), rule);
  CHECK(sources_of(scan) == Lines{"s/a.png - - -"});
  CHECK(scan.files[0].labels == dir / sidecar_name(pattern, "s/a.png"));
  CHECK(left_out_of(scan) == Lines{"s/b.png no_labels"});
  CHECK(scan.left_out[0].text.find(sidecar_name(pattern, "s/b.png")) != std::string::npos);
}

TEST_CASE("two sources with one mask are refused by name") {
  const TempDir dir;
  write_files(dir, {"s/a.png", "t/a.png", "masks/a.png"});
  LabelRule rule;
  rule.from = LabelsFrom::mask;
  rule.mask = "masks/{stem}.png";
  rule.values = {{"x", 0xffffff}};
  const Error error = error_of([&] { scan_sources(dir.path(), rule); });
  CHECK(std::string(error.what()) ==
        "masks/a.png would hold the labels of both s/a.png and t/a.png; use {dir} or {name} in its pattern, "
        "\"masks/{stem}.png\"");
}

TEST_CASE("annotations are found beside their sources") {
  const TempDir dir;
  write_files(dir, {"s/a.png", "s/a.geojson"});
  LabelRule rule;
  rule.from = LabelsFrom::geojson;
  rule.annotations = "{dir}/{stem}.geojson";
  const SourceScan scan = scan_sources(dir.path(), rule);
  CHECK(sources_of(scan) == Lines{"s/a.png - - -"});
  CHECK(scan.files.back().labels == dir / "s/a.geojson");
}

TEST_CASE("a set's files are found by their names, with the sides their publishers chose") {
  const TempDir dir;
  write_files(dir, {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images.idx3-ubyte",
                    "data_batch_1.bin", "test_batch.bin", "batches.meta.txt", "x.png"});
  LabelRule rule;
  rule.from = LabelsFrom::set;
  CHECK(sources_of(scan_sources(dir.path(), rule)) ==
        Lines{"data_batch_1.bin - - train", "t10k-images.idx3-ubyte - - test", "test_batch.bin - - test",
              "train-images-idx3-ubyte.gz - - train"});
}

TEST_CASE("a folder in which nothing is a source shows the first reason") {
  const TempDir dir;
  write_files(dir, {"a.png"});
  LabelRule rule;
  rule.from = LabelsFrom::path;
  rule.expression = "(?P<class>b)";
  const Error error = error_of([&] { scan_sources(dir.path(), rule); });
  CHECK(error.code() == Errc::bad_input);
  CHECK(std::string(error.what())
            .find("no sources with labels.from = \"path\" (1 left out, as a.png: labels.expression does not "
                  "match its path)") != std::string::npos);
}

TEST_CASE("links to class folders are followed, deeper links to folders are not") {
  const TempDir dir;
  write_files(dir, {"store/gel/1.png", "images/sol/2.png"});
  std::filesystem::create_directory_symlink(dir / "store/gel", dir / "images/gel");
  std::filesystem::create_directory_symlink(dir / "images", dir / "images/sol/loop");
  std::filesystem::create_symlink(dir / "store/gel/1.png", dir / "images/sol/3.png");
  CHECK(sources_of(scan_sources(dir / "images", {})) ==
        Lines{"gel/1.png gel - -", "sol/2.png sol - -", "sol/3.png sol - -"});
}

TEST_CASE("a name that is not UTF-8 is left out and can be reported") {
  const TempDir dir;
  write_files(dir, {"a/1.png", "a/\xe4.png"});
  const SourceScan scan = scan_sources(dir.path(), {});
  CHECK(scan.files.size() == 1);
  CHECK(left_out_of(scan) == Lines{"a/?.png bad_name"});
}
