// One CSV of all fragments without a pixel: coordinates.csv.
#include "libfrag/base/digest.h"
#include "libfrag/base/file.h"
#include "libfrag/base/stop.h"
#include "libfrag/base/text.h"
#include "libfrag/cutting/fragment_table.h"
#include "libfrag/cutting/pack_layouts.h"

namespace frag {

void pack_coordinates(PackJob& job) {
  const Catalog& catalog = job.dataset.catalog();
  const std::string name = "coordinates" + part_suffix(job.part().number, job.part().count) + ".csv";
  AtomicFile file(job.options.folder / name);
  Sha256 sha;
  const auto write = [&](const std::string& line) {
    file.write(line);
    sha.update(line);
  };
  write(fragment_columns() + "," + corner_columns() + ",file\n");
  for (const PackedSplit& split : job.manifest.splits) {
    const PackOrder& order = job.orders.at(split.name);
    for (std::uint64_t position = 0; position < order.size(); ++position) {
      if (position % 1024 == 0) throw_if_stopped();
      const FragmentId id = order.at(position);
      const std::string stored = catalog.sources()[catalog.source_of(id)].file.name;
      write(fragment_cells(catalog, id) + "," + corner_cells(catalog, id) + "," + csv_field(stored) + "\n");
      job.progress.add(1);
    }
  }
  const std::uint64_t bytes = file.size();
  file.commit();
  for (PackedSplit& split : job.manifest.splits) split.written = split.fragments;
  job.manifest.tables = {{"", {name, bytes, sha.hex()}}};
  job.save();
}

}  // namespace frag
