#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sagespark::source {

/// Writes a Parquet file of required double columns, plain and uncompressed, in row groups of about 16 MiB. See
/// docs/formats/parquet.md. Not thread-safe.
class ParquetFileWriter {
 public:
  explicit ParquetFileWriter(std::vector<std::string> names);

  /// Adds a row of one number a column; full row groups go to `out`.
  void AddRow(std::span<const double> numbers, std::string& out);

  /// Appends what is left and the footer.
  void Finish(std::string& out);

 private:
  struct ColumnChunk {
    int64_t offset = 0;  ///< Of its page, in the file.
    int64_t size = 0;    ///< Bytes, with the page's header.
  };
  struct RowGroup {
    int64_t num_rows = 0;
    std::vector<ColumnChunk> columns;
  };

  void WriteHead(std::string& out);
  void WriteRowGroup(std::string& out);
  std::string Footer() const;

  const std::vector<std::string> names_;
  const size_t rows_in_group_;
  int64_t position_ = 0;  ///< Bytes of the file so far.
  int64_t num_rows_ = 0;
  std::vector<std::vector<double>> columns_;  ///< Of the row group that is not written yet.
  std::vector<RowGroup> groups_;
};

}  // namespace sagespark::source
