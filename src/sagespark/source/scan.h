#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/source/format.h"

namespace sagespark::source {

/// Files that `paths` (files, folders, globs with * ? [] {}) name, without empty ones and those whose name, or a folder's
/// below the path, begins with "_" or "."; sorted by path within each of `paths`. Fails with kNotFound as Spark:
/// `[PATH_NOT_FOUND] Path does not exist: ...`.
Result<std::vector<io::FileInfo>> ListFiles(const io::FileSystems& file_systems, const std::vector<std::string>& paths);

/// How files are cut and packed: Spark's spark.sql.files.maxPartitionBytes and openCostInBytes.
struct SplitSettings {
  int64_t max_partition_bytes = int64_t{128} << 20;
  int64_t open_cost_bytes = int64_t{4} << 20;
  int parallelism = 1;  ///< Aims at this many partitions at least.
};

/// Cuts files (when `splittable`) and packs the pieces into partitions, largest first, as Spark's FilePartition does. There
/// is always one partition at least.
std::vector<std::vector<FileSplit>> MakePartitions(const std::vector<io::FileInfo>& files, bool splittable,
                                                   const SplitSettings& settings);

}  // namespace sagespark::source
