#include <optional>

#include "sagespark/source/flat_rows.h"
#include "sagespark/source/formats.h"
#include "sagespark/source/parquet_file.h"

namespace sagespark::source {
namespace {

class ParquetEncoder final : public RowEncoder {
 public:
  explicit ParquetEncoder(FlatRows rows) : rows_(std::move(rows)) {}

  Status Append(const data::Batch& batch, std::string& out) override {
    return rows_.ForEachRow(batch, [&](std::span<const double> numbers) {
      if (!file_) file_.emplace(rows_.names());
      file_->AddRow(numbers, out);
    });
  }

  /// A file without rows has no columns either: the length of vectors is not known.
  void Finish(std::string& out) override {
    if (!file_) file_.emplace(std::vector<std::string>());
    file_->Finish(out);
  }

 private:
  FlatRows rows_;
  std::optional<ParquetFileWriter> file_;
};

class ParquetFormatWriter final : public FormatWriter {
 public:
  explicit ParquetFormatWriter(const Options& options) : rows_(options) {}

  std::string_view file_extension() const override { return ".parquet"; }
  Status CheckSchema(const data::Schema& schema) const override { return rows_.CheckSchema(schema); }
  std::unique_ptr<RowEncoder> MakeEncoder(const data::Schema&) const override {
    return std::make_unique<ParquetEncoder>(rows_);
  }

 private:
  const FlatRows rows_;
};

}  // namespace

std::unique_ptr<FormatWriter> MakeParquetWriter(const Options& options) {
  return std::make_unique<ParquetFormatWriter>(options);
}

}  // namespace sagespark::source
