#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/options.h"
#include "sagespark/base/result.h"
#include "sagespark/data/batch.h"
#include "sagespark/data/schema.h"
#include "sagespark/io/file_system.h"

namespace sagespark::source {

/// Bytes [offset, offset + length) of a file; a whole file when it cannot be split.
struct FileSplit {
  Uri uri;
  int64_t offset = 0;
  int64_t length = 0;
  int64_t file_size = 0;
};

/// Reads files of one format with one set of options. Thread-safe.
class FormatReader {
 public:
  virtual ~FormatReader() = default;

  /// Whether a file may be read from the middle: records end at line ends.
  virtual bool splittable() const = 0;

  /// The schema of `files`; reads them when the options leave something open.
  virtual Result<data::Schema> InferSchema(const io::FileSystems& file_systems,
                                           const std::vector<io::FileInfo>& files) = 0;

  /// Fails with kSchemaMismatch when rows of this format cannot have the schema that a user gave.
  virtual Status CheckSchema(const data::Schema& schema) const = 0;

  /// Streams the records that begin in `split`, in batches of bounded size. Errors name the file and line.
  virtual Result<std::unique_ptr<data::BatchStream>> Open(const io::FileSystems& file_systems, const FileSplit& split,
                                                          std::shared_ptr<const data::Schema> schema) const = 0;
};

/// Turns rows into bytes of one format. Thread-safe.
class FormatWriter {
 public:
  virtual ~FormatWriter() = default;

  /// With its dot: ".libsvm".
  virtual std::string_view file_extension() const = 0;

  /// Fails with kSchemaMismatch, naming the column, when rows of this schema cannot be written.
  virtual Status CheckSchema(const data::Schema& schema) const = 0;

  /// Appends the rows' bytes to `out`. Errors name the column and the row of the batch.
  virtual Status Append(const data::Batch& batch, std::string& out) const = 0;
};

/// A reader or writer by format name, case-insensitive. Fails with kInvalidArgument in Spark's words on an unknown name, with
/// kUnimplemented on a format that only reads or only writes, and on an option whose value does not parse.
Result<std::unique_ptr<FormatReader>> MakeFormatReader(std::string_view format, const Options& options);
Result<std::unique_ptr<FormatWriter>> MakeFormatWriter(std::string_view format, const Options& options);

}  // namespace sagespark::source
