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

struct InferredSource {
  data::Schema schema;
  Options options;
};

/// Reads files of one format with one set of options. Thread-safe.
class FormatReader {
 public:
  virtual ~FormatReader() = default;

  /// Whether a file may be read from the middle: records end at line ends.
  virtual bool splittable() const = 0;

  /// The schema of `files`, with the options that give it again without a look at them; reads them when the options leave
  /// something open.
  virtual Result<InferredSource> Infer(const io::FileSystems& file_systems,
                                       const std::vector<io::FileInfo>& files) const = 0;

  /// Fails with kSchemaMismatch when rows of this format cannot have the schema that a user gave. Names are free.
  virtual Status CheckSchema(const data::Schema& schema) const = 0;

  /// Streams the records that begin in `split`, in batches of bounded size. Errors name the file and line.
  virtual Result<std::unique_ptr<data::BatchStream>> Open(const io::FileSystems& file_systems, const FileSplit& split,
                                                          std::shared_ptr<const data::Schema> schema) const = 0;
};

/// Turns the rows of one file into bytes. Not thread-safe.
class RowEncoder {
 public:
  virtual ~RowEncoder() = default;

  /// Appends the batch's rows to `out`. Errors name the column and the row, counted from the encoder's first.
  virtual Status Append(const data::Batch& batch, std::string& out) = 0;

  /// Appends what the file ends with, once, behind the last batch.
  virtual void Finish(std::string&) {}
};

/// Writes files of one format with one set of options. Thread-safe.
class FormatWriter {
 public:
  virtual ~FormatWriter() = default;

  /// With its dot: ".libsvm".
  virtual std::string_view file_extension() const = 0;

  /// Fails with kSchemaMismatch, naming the column, when rows of this schema cannot be written.
  virtual Status CheckSchema(const data::Schema& schema) const = 0;

  /// For rows of a schema that CheckSchema has passed.
  virtual std::unique_ptr<RowEncoder> MakeEncoder(const data::Schema& schema) const = 0;
};

/// A reader or writer by format name, case-insensitive. Fails with kInvalidArgument in Spark's words on an unknown name, with
/// kUnimplemented on a format that only reads or only writes, and on an option whose value does not parse.
Result<std::unique_ptr<FormatReader>> MakeFormatReader(std::string_view format, const Options& options);
Result<std::unique_ptr<FormatWriter>> MakeFormatWriter(std::string_view format, const Options& options);

}  // namespace sagespark::source
