// dataset.json and sources.jsonl behind a line "---"; the digest in the first is put right, or nothing would
// get past it.
#include "libfrag/base/digest.h"
#include "libfrag/base/json.h"
#include "libfrag/dataset/catalog.h"
#include "tests/fuzz/fuzz.h"

FRAG_FUZZ(bytes) {
  const std::size_t cut = bytes.find("---\n");
  if (cut == std::string_view::npos) return;
  const std::string_view rows = bytes.substr(cut + 4);
  auto dataset = frag::Json::parse(bytes.substr(0, cut), nullptr, false);
  if (!dataset.is_object()) return;
  dataset["tables"] = {{"sources.jsonl", {{"bytes", rows.size()}, {"sha256", frag::sha256_hex(rows)}}}};
  frag::MetadataFiles files;
  files.dataset_json = dataset.dump(-1, ' ', false, frag::Json::error_handler_t::replace);
  files.sources_jsonl = rows;
  const frag::Catalog catalog(files);
  if (catalog.fragments() > 0) catalog.locate(catalog.fragments() - 1);
}
