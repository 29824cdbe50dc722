#include "sagespark/engine/local/shuffle.h"

#include <arrow/compute/api.h>
#include <arrow/io/file.h>
#include <arrow/ipc/api.h>

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <utility>
#include <vector>

#include "sagespark/engine/local/arrow_bridge.h"
#include "sagespark/engine/local/streams.h"

namespace sagespark::engine::local {
namespace {

using data::Batch;

/// A fresh folder that is removed with its files in the end.
class TemporaryFolder {
 public:
  static Result<std::shared_ptr<const TemporaryFolder>> Make() {
    std::string path = (std::filesystem::temp_directory_path() / "sagespark-shuffle-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) return IoError("Temporary folder cannot be made: " + path, errno);
    return std::shared_ptr<const TemporaryFolder>(new TemporaryFolder(std::move(path)));
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  /// The rows that go from input partition `from` to output partition `to`.
  std::string File(int from, int to) const { return path_ + "/" + std::to_string(from) + "-" + std::to_string(to); }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

/// Writes one input partition's rows to its files, one an output partition.
class Dealer {
 public:
  static Result<Dealer> Open(const TemporaryFolder& folder, const data::Schema& schema, int from, int count) {
    Dealer dealer;
    dealer.next_ = from % count;
    SAGESPARK_ASSIGN_OR_RETURN(const auto arrow_schema, ToArrow(schema));
    for (int to = 0; to < count; ++to) {
      SAGESPARK_ASSIGN_OR_RETURN_ARROW(auto file, arrow::io::FileOutputStream::Open(folder.File(from, to)));
      SAGESPARK_ASSIGN_OR_RETURN_ARROW(auto writer, arrow::ipc::MakeStreamWriter(file, arrow_schema));
      dealer.files_.push_back(std::move(file));
      dealer.writers_.push_back(std::move(writer));
    }
    return dealer;
  }

  Status Deal(const Batch& batch) { return Named(DealRows(batch)); }
  Status Close() { return Named(CloseFiles()); }

 private:
  static Status Named(Status status) {
    if (status.ok()) return status;
    return status.error().WithContext("Repartitioned rows cannot be kept in " + std::filesystem::temp_directory_path().string());
  }

  Status DealRows(const Batch& batch) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto rows, ToArrow(batch));
    const auto count = static_cast<int64_t>(writers_.size());
    for (int64_t first = 0; first < std::min(count, batch.num_rows()); ++first) {
      arrow::Int64Builder indices;
      for (int64_t row = first; row < batch.num_rows(); row += count) {
        SAGESPARK_RETURN_IF_ARROW_ERROR(indices.Append(row));
      }
      SAGESPARK_ASSIGN_OR_RETURN_ARROW(const auto chosen, indices.Finish());
      SAGESPARK_ASSIGN_OR_RETURN_ARROW(const arrow::Datum taken, arrow::compute::Take(rows, chosen));
      SAGESPARK_RETURN_IF_ARROW_ERROR(writers_[(next_ + first) % count]->WriteRecordBatch(*taken.record_batch()));
    }
    next_ = (next_ + batch.num_rows()) % count;
    return Status::Ok();
  }

  Status CloseFiles() {
    for (size_t i = 0; i < writers_.size(); ++i) {
      SAGESPARK_RETURN_IF_ARROW_ERROR(writers_[i]->Close());
      SAGESPARK_RETURN_IF_ARROW_ERROR(files_[i]->Close());
    }
    return Status::Ok();
  }

  std::vector<std::shared_ptr<arrow::io::FileOutputStream>> files_;
  std::vector<std::shared_ptr<arrow::ipc::RecordBatchWriter>> writers_;
  int64_t next_ = 0;  ///< The output partition of the next row.
};

/// Reads one of the files.
class FileStream final : public data::BatchStream {
 public:
  FileStream(SchemaPtr schema, std::shared_ptr<arrow::ipc::RecordBatchStreamReader> reader)
      : schema_(std::move(schema)), reader_(std::move(reader)) {}

  const SchemaPtr& schema() const override { return schema_; }

  Result<std::optional<Batch>> Next() override {
    std::shared_ptr<arrow::RecordBatch> rows;
    SAGESPARK_RETURN_IF_ARROW_ERROR(reader_->ReadNext(&rows));
    if (rows == nullptr) return std::optional<Batch>();
    SAGESPARK_ASSIGN_OR_RETURN(Batch batch, FromArrow(*rows, schema_));
    return std::optional<Batch>(std::move(batch));
  }

 private:
  SchemaPtr schema_;
  std::shared_ptr<arrow::ipc::RecordBatchStreamReader> reader_;
};

class ShuffledExecution final : public Execution {
 public:
  ShuffledExecution(SchemaPtr schema, std::shared_ptr<const TemporaryFolder> folder, int inputs, int outputs)
      : schema_(std::move(schema)), folder_(std::move(folder)), inputs_(inputs), outputs_(outputs) {}

  const SchemaPtr& schema() const override { return schema_; }
  int num_partitions() const override { return outputs_; }

  Result<StreamPtr> Open(const plan::TaskContext& task) const override {
    return MakeConcatenation(schema_, inputs_, [this, to = task.partition](int from) -> Result<StreamPtr> {
      SAGESPARK_ASSIGN_OR_RETURN_ARROW(auto file, arrow::io::ReadableFile::Open(folder_->File(from, to)));
      SAGESPARK_ASSIGN_OR_RETURN_ARROW(auto reader, arrow::ipc::RecordBatchStreamReader::Open(std::move(file)));
      return StreamPtr(std::make_unique<FileStream>(schema_, std::move(reader)));
    });
  }

 private:
  SchemaPtr schema_;
  std::shared_ptr<const TemporaryFolder> folder_;
  int inputs_;
  int outputs_;
};

}  // namespace

Result<std::shared_ptr<const Execution>> ShuffleRoundRobin(const Execution& input, int count, TaskRunner& runner,
                                                           const CancellationToken& cancellation) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto folder, TemporaryFolder::Make());
  const auto deal = [&](int partition, const CancellationToken& token) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(const StreamPtr rows, input.Open({.partition = partition, .cancellation = token}));
    SAGESPARK_ASSIGN_OR_RETURN(Dealer dealer, Dealer::Open(*folder, *input.schema(), partition, count));
    for (;;) {
      SAGESPARK_RETURN_IF_ERROR(token.Check());
      SAGESPARK_ASSIGN_OR_RETURN(const std::optional<Batch> batch, rows->Next());
      if (!batch.has_value()) return dealer.Close();
      SAGESPARK_RETURN_IF_ERROR(dealer.Deal(*batch));
    }
  };
  SAGESPARK_RETURN_IF_ERROR(runner.Run(0, input.num_partitions(), deal, cancellation));
  return std::make_shared<const ShuffledExecution>(input.schema(), folder, input.num_partitions(), count);
}

}  // namespace sagespark::engine::local
