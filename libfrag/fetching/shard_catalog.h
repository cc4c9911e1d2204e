// A catalogue of tars: each picture is a source of one fragment, so that whatever draws, splits or measures
// by sources and groups does so with tars, too.
//
// What a sample says is found in this order:
//   class  KEY.cls, else "class" in KEY.json; names as shard_classes.h has it
//   split  "split" in KEY.json, else pack.json, else the tar's name, else "train"
//   group  the index, else "group" in KEY.json, else "source" there where it is a number, else the sample
//          itself
#pragma once

#include <string>
#include <vector>

#include "libfrag/dataset/catalog.h"
#include "libfrag/fetching/local_shards.h"

namespace frag {

struct ShardCatalog {
  // Its id is a digest of names, classes, splits, groups and pictures in their order. A source is named
  // "train-000000.tar/KEY"; its file lies in shards()[i], the i-th tar, whose path is the shard's file; and
  // for its pixels it has the XXH3-128 of the picture as the tar has it.
  Catalog catalog;
  std::vector<std::string> notes;  // what people should know, a line each
};

// By the tars' indexes where they have one, else by reading the tars from end to end. A sample that has no
// class, no picture or an unreadable one is left out, counted and named in the notes. Errc::bad_input for a
// tar that is damaged or cut short, for samples that contradict each other or pack.json, and where no sample
// is left; Errc::refused where a group has samples in two splits: train and test never share a source.
ShardCatalog read_shard_catalog(const std::vector<LocalShard>& shards);

}  // namespace frag
