// The three layouts of an export behind one call each. Private to libfrag/cutting: pack.cc prepares the
// folder and the manifest and calls the one that was asked for. One thread.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "libfrag/base/progress.h"
#include "libfrag/cutting/pack.h"
#include "libfrag/dataset/folder.h"

namespace frag {

struct PackJob {
  const PackOptions& options;
  const DatasetFolder& dataset;
  PackManifest& manifest;
  const std::map<std::string, PackOrder>& orders;  // by split
  Progress& progress;                              // in fragments
  std::function<void()> save;                      // writes the manifest

  PackPart part() const { return {manifest.part, manifest.recipe.parts}; }
};

void pack_shards(PackJob& job);
void pack_image_folder(PackJob& job);
void pack_coordinates(PackJob& job);

// An imagefolder's folder of one split, relative to the export: "train", or "part-3of8/train".
std::string image_folder_name(const std::string& split, const PackPart& part);
// The same while it grows.
std::string unfinished_folder_name(const std::string& split, const PackPart& part);

// The class folder and file, relative to the folder of the split: "cells/000000000017.png".
std::string image_file_name(const std::string& class_folder, const std::string& key, SampleFormat format);

// SHA-256 of a file, and its size. Errors as FileReader.
StatedFile state_file(const std::filesystem::path& folder, const std::string& name);

// create_directories(), with its error as Errc::io.
void make_folders(const std::filesystem::path& folder);

}  // namespace frag
