#include "sagespark/staging/batch_objects.h"

#include <fmt/format.h>

#include <deque>
#include <utility>

#include "sagespark/base/digest.h"
#include "sagespark/staging/predictions.h"
#include "sagespark/staging/request_cutter.h"

namespace sagespark::staging {
namespace {

constexpr size_t kMostPredictionBytes = size_t{256} << 20;  // Of one object: far above what a request of 25 MiB gets.

RequestCutter MakeCutter(const Inference& inference, std::unique_ptr<data::BatchStream> rows, int partition) {
  return {inference.serializer,
          {.max_bytes = inference.options.max_payload_bytes, .max_rows = inference.options.max_rows_per_request},
          std::move(rows),
          partition};
}

Uri ObjectIn(const Uri& folder, const std::string& name) {
  Uri object = folder;
  if (!object.path.empty() && !object.path.ends_with('/')) object.path += '/';
  object.path += name;
  return object;
}

Status WriteObject(io::FileSystem& files, const Uri& object, std::string_view bytes) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto file, files.Create(object));
  SAGESPARK_RETURN_IF_ERROR(file->Write(bytes));
  return file->Close();
}

std::string Crc32(std::string_view bytes) { return DigestOf(DigestAlgorithm::kCrc32, bytes); }

class BorrowedStream final : public data::BatchStream {
 public:
  explicit BorrowedStream(data::BatchStream& stream) : stream_(stream) {}
  const std::shared_ptr<const data::Schema>& schema() const override { return stream_.schema(); }
  Result<std::optional<data::Batch>> Next() override { return stream_.Next(); }

 private:
  data::BatchStream& stream_;
};

class JoinedStream final : public data::BatchStream {
 public:
  JoinedStream(std::shared_ptr<const BatchPredictions> predictions, std::unique_ptr<data::BatchStream> input,
               std::shared_ptr<const data::Schema> schema, int partition)
      : predictions_(std::move(predictions)),
        schema_(std::move(schema)),
        partition_(partition),
        cutter_(MakeCutter(predictions_->inference, std::move(input), partition)) {}

  const std::shared_ptr<const data::Schema>& schema() const override { return schema_; }

  Result<std::optional<data::Batch>> Next() override {
    while (predicted_.empty()) {
      SAGESPARK_ASSIGN_OR_RETURN(const std::optional<RowRequest> request, cutter_.Next());
      SAGESPARK_ASSIGN_OR_RETURN(const BatchObject* object, ObjectOf(request));
      if (object == nullptr) return std::optional<data::Batch>();
      SAGESPARK_RETURN_IF_ERROR(Join(*request, *object));
    }
    data::Batch batch = std::move(predicted_.front());
    predicted_.pop_front();
    return std::optional<data::Batch>(std::move(batch));
  }

 private:
  /// The object that was made of the same rows; nullptr at the end of both.
  Result<const BatchObject*> ObjectOf(const std::optional<RowRequest>& request) {
    const size_t partition = static_cast<size_t>(partition_);
    const bool is_known = partition < predictions_->objects.size() && next_object_ < predictions_->objects[partition].size();
    if (!request && !is_known) return static_cast<const BatchObject*>(nullptr);
    if (request && is_known) {
      const BatchObject& object = predictions_->objects[partition][next_object_++];
      if (object.rows == request->num_rows && object.crc32 == Crc32(request->body)) return &object;
    }
    return Conflict(fmt::format("Rows changed since the batch transform: those of partition {} from row {} on", partition_,
                                request ? request->first_row : rows_joined_));
  }

  Status Join(const RowRequest& request, const BatchObject& object) {
    const Uri file = ObjectIn(predictions_->folder, object.name + ".out");
    SAGESPARK_ASSIGN_OR_RETURN(const auto stream, predictions_->files->Open(file));
    SAGESPARK_ASSIGN_OR_RETURN(const std::string reply, io::ReadAll(*stream, kMostPredictionBytes));
    const Result<data::Batch> predictions = ReadPredictions(*predictions_->inference.deserializer, reply, request.num_rows);
    if (!predictions.ok()) return predictions.error().WithContext("Predictions in " + file.ToString());
    AddPredicted(request, *predictions, predictions_->inference.options.prepend_rows, schema_, predicted_);
    rows_joined_ += request.num_rows;
    return Status::Ok();
  }

  const std::shared_ptr<const BatchPredictions> predictions_;
  const std::shared_ptr<const data::Schema> schema_;
  const int partition_;
  RequestCutter cutter_;
  size_t next_object_ = 0;
  int64_t rows_joined_ = 0;
  std::deque<data::Batch> predicted_;
};

}  // namespace

Status WriteBatchObjects(const Inference& inference, io::FileSystem& files, const Uri& folder,
                         data::BatchStream& rows, int partition, const CancellationToken& cancellation,
                         std::vector<BatchObject>& written) {
  RequestCutter cutter = MakeCutter(inference, std::make_unique<BorrowedStream>(rows), partition);
  for (;;) {
    SAGESPARK_RETURN_IF_ERROR(cancellation.Check());
    SAGESPARK_ASSIGN_OR_RETURN(const std::optional<RowRequest> request, cutter.Next());
    if (!request) return Status::Ok();
    BatchObject object{.name = fmt::format("part-{:05}-{:08}", partition, written.size()),
                       .rows = request->num_rows,
                       .crc32 = Crc32(request->body)};
    SAGESPARK_RETURN_IF_ERROR(WriteObject(files, ObjectIn(folder, object.name), request->body));
    written.push_back(std::move(object));
  }
}

Result<std::unique_ptr<data::BatchStream>> JoinBatchPredictions(std::shared_ptr<const BatchPredictions> predictions,
                                                                std::unique_ptr<data::BatchStream> input, int partition) {
  SAGESPARK_ASSIGN_OR_RETURN(data::Schema schema, PredictedSchema(predictions->inference, *input->schema()));
  return std::unique_ptr<data::BatchStream>(
      std::make_unique<JoinedStream>(std::move(predictions), std::move(input),
                                     std::make_shared<const data::Schema>(std::move(schema)), partition));
}

}  // namespace sagespark::staging
