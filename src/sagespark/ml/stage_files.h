#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/base/uri.h"
#include "sagespark/io/file_system.h"
#include "sagespark/sql/spark_session.h"

namespace sagespark::ml {

/// The files of a stage that is being saved, in memory, by their paths in its folder.
class StageFiles {
 public:
  void Add(const std::string& path, std::string bytes) { files_.emplace_back(path, std::move(bytes)); }

  /// The files of a stage within this one, below `folder`.
  void AddAll(const std::string& folder, StageFiles files);

  /// Writes the files below `folder` in the order in which they came. When one fails, those written are deleted again.
  Status WriteTo(io::FileSystem& file_system, const Uri& folder) const;

 private:
  std::vector<std::pair<std::string, std::string>> files_;
};

/// A folder of a saved stage, to read.
class StageFolder {
 public:
  /// The folder `path`. Throws kInvalidArgument when it is no path.
  StageFolder(const sql::SparkSession& spark, const std::string& path);

  const sql::SparkSession& spark() const { return spark_; }
  io::FileSystem& file_system() const { return *file_system_; }
  const Uri& uri() const { return uri_; }

  /// As Spark prints it: "file:/models/digits".
  std::string text() const;

  /// The folder `name` in this one.
  StageFolder Child(const std::string& name) const;

  /// All files below. No folder is no file.
  std::vector<Uri> Files() const;

  /// What the files right in the folder `name` hold, in the order of their names, but for hidden ones ("_SUCCESS", ".part-0.crc").
  std::vector<std::string> ReadAll(const std::string& name) const;

 private:
  sql::SparkSession spark_;
  std::shared_ptr<io::FileSystem> file_system_;
  Uri uri_;
};

}  // namespace sagespark::ml
