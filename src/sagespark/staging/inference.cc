#include "sagespark/staging/inference.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sagespark/data/batch_builder.h"
#include "sagespark/staging/predictions.h"
#include "sagespark/staging/request_cutter.h"
#include "sagespark/staging/request_window.h"

namespace sagespark::staging {
namespace {

/// `batch` with the column `error` behind it: the message in every row, or null for nullptr.
Result<data::Batch> WithErrors(const data::Batch& batch, const data::Field& error, const std::string* message) {
  auto schema = std::make_shared<const data::Schema>(std::vector<data::Field>{error});
  SAGESPARK_ASSIGN_OR_RETURN(auto builder, data::BatchBuilder::Make(std::move(schema)));
  for (int64_t row = 0; row < batch.num_rows(); ++row) {
    if (message != nullptr) {
      builder.AppendString(0, *message);
    } else {
      builder.AppendNull(0);
    }
  }
  SAGESPARK_ASSIGN_OR_RETURN(const data::Batch errors, builder.Finish());
  return batch.Append(errors);
}

Result<data::Batch> NoPredictions(std::vector<data::Field> fields, int64_t rows) {
  const size_t columns = fields.size();
  SAGESPARK_ASSIGN_OR_RETURN(auto builder,
                             data::BatchBuilder::Make(std::make_shared<const data::Schema>(std::move(fields))));
  for (size_t column = 0; column < columns; ++column) {
    for (int64_t row = 0; row < rows; ++row) builder.AppendNull(column);
  }
  return builder.Finish();
}

data::Field ErrorField(const InferenceOptions& options) { return {options.error_column, data::TypeId::kString}; }

class PredictionStream final : public data::BatchStream {
 public:
  PredictionStream(std::shared_ptr<const Inference> inference, std::unique_ptr<data::BatchStream> input,
                   std::shared_ptr<const data::Schema> schema, int partition, const CancellationToken& cancellation)
      : inference_(std::move(inference)),
        schema_(std::move(schema)),
        partition_(partition),
        cutter_(inference_->serializer,
                {.max_bytes = inference_->options.max_payload_bytes,
                 .max_rows = inference_->options.max_rows_per_request,
                 .keep_bad_rows = !inference_->options.error_column.empty()},
                std::move(input), partition),
        window_(static_cast<size_t>(inference_->options.requests_in_flight)),
        next_bytes_(inference_->options.max_payload_bytes),
        on_cancel_(cancellation.OnCancel([this] { cancel_.Cancel(); })) {}

  // Waits for the requests in flight, which the cancellation ends.
  ~PredictionStream() override { cancel_.Cancel(); }

  const std::shared_ptr<const data::Schema>& schema() const override { return schema_; }

  Result<std::optional<data::Batch>> Next() override {
    while (predicted_.empty()) {
      SAGESPARK_RETURN_IF_ERROR(FillWindow());
      if (in_flight_.empty()) return std::optional<data::Batch>();
      SAGESPARK_RETURN_IF_ERROR(TakeOldestReply());
    }
    data::Batch batch = std::move(predicted_.front());
    predicted_.pop_front();
    return std::optional<data::Batch>(std::move(batch));
  }

 private:
  struct InFlight {
    RowRequest request;  ///< Without its body.
    size_t bytes = 0;    ///< Of the body.
    std::future<Result<data::Batch>> predictions;
  };

  Status FillWindow() {
    while (HaveRoom()) {
      SAGESPARK_ASSIGN_OR_RETURN(std::optional<RowRequest> request, cutter_.Next());
      if (!request) return Status::Ok();
      Send(*std::move(request));
    }
    return Status::Ok();
  }

  /// Whether one more request may be sent, of which no more is known than its limit, or the size of those before.
  bool HaveRoom() const {
    if (in_flight_.empty()) return true;
    return in_flight_.size() < window_.size() && bytes_in_flight_ + next_bytes_ <= inference_->options.max_bytes_in_flight;
  }

  void Send(RowRequest request) {
    if (request.error) {
      std::promise<Result<data::Batch>> failed;
      failed.set_value(*request.error);
      in_flight_.push_back({.request = std::move(request), .predictions = failed.get_future()});
      return;
    }
    std::string body = std::exchange(request.body, {});
    const size_t bytes = body.size();
    bytes_in_flight_ += bytes;
    next_bytes_ = request.is_full_of_rows ? std::max(bytes, largest_bytes_) : inference_->options.max_payload_bytes;
    largest_bytes_ = std::max(bytes, largest_bytes_);
    auto predict = [this, generation = window_.generation(), body = std::move(body), rows = request.num_rows]() mutable {
      return Predict(std::move(body), rows, generation);
    };
    in_flight_.push_back({std::move(request), bytes, std::async(std::launch::async, std::move(predict))});
  }

  /// On a thread of its own.
  Result<data::Batch> Predict(std::string body, int64_t rows, uint64_t generation) {
    const Inference& inference = *inference_;
    SAGESPARK_ASSIGN_OR_RETURN(
        const std::string reply,
        inference.endpoint->Invoke(std::move(body), inference.serializer->content_type(), inference.deserializer->accept(),
                                   {.cancellation = cancel_.token(),
                                    .on_throttle = [this, generation] { window_.OnThrottle(generation); }}));
    return ReadPredictions(*inference.deserializer, reply, rows);
  }

  Status TakeOldestReply() {
    InFlight oldest = std::move(in_flight_.front());
    in_flight_.pop_front();
    bytes_in_flight_ -= oldest.bytes;
    Result<data::Batch> predictions = oldest.predictions.get();
    if (!predictions.ok()) {
      const Error error = DescribedError(predictions.error(), oldest.request);
      if (!MayBecomeColumn(error)) return error;
      SAGESPARK_ASSIGN_OR_RETURN(predictions, PredictionsOfFailed(oldest.request, error));
    } else {
      window_.OnReply();
      if (HasErrorColumn()) predictions = WithErrors(*predictions, ErrorField(inference_->options), nullptr);
    }
    if (!predictions.ok()) return predictions.error();
    AddPredicted(oldest.request, *predictions, inference_->options.prepend_rows, schema_, predicted_);
    return Status::Ok();
  }

  bool HasErrorColumn() const { return !inference_->options.error_column.empty(); }

  bool MayBecomeColumn(const Error& error) const { return HasErrorColumn() && error.kind() != ErrorKind::kCancelled; }

  Error DescribedError(const Error& error, const RowRequest& request) const {
    if (request.error) return error;  // It names partition and row already, and no endpoint is to blame.
    return error.WithContext(fmt::format("Endpoint \"{}\", rows {} to {} of partition {}", inference_->endpoint->name(),
                                         request.first_row, request.first_row + request.num_rows - 1, partition_));
  }

  Result<data::Batch> PredictionsOfFailed(const RowRequest& request, const Error& error) const {
    SAGESPARK_ASSIGN_OR_RETURN(const data::Batch none, NoPredictions(inference_->deserializer->fields(), request.num_rows));
    return WithErrors(none, ErrorField(inference_->options), &error.message());
  }

  const std::shared_ptr<const Inference> inference_;
  const std::shared_ptr<const data::Schema> schema_;
  const int partition_;

  RequestCutter cutter_;
  RequestWindow window_;
  size_t next_bytes_;         ///< The most that the next request is expected to have.
  size_t largest_bytes_ = 0;  ///< Of the requests so far.
  size_t bytes_in_flight_ = 0;
  std::deque<data::Batch> predicted_;

  CancellationSource cancel_;
  std::shared_ptr<void> on_cancel_;
  std::deque<InFlight> in_flight_;  // Last: its futures wait for work that uses the members above.
};

}  // namespace

Result<data::Schema> PredictedSchema(const Inference& inference, const data::Schema& input) {
  SAGESPARK_RETURN_IF_ERROR(inference.serializer->ValidateSchema(input));
  std::vector<data::Field> predicted = inference.deserializer->fields();
  if (!inference.options.error_column.empty()) {
    for (data::Field& field : predicted) field.nullable = true;  // Rows of a failed request have no predictions.
    predicted.push_back(ErrorField(inference.options));
  }
  std::vector<data::Field> fields = inference.options.prepend_rows ? input.fields() : std::vector<data::Field>();
  for (const data::Field& field : predicted) {
    if (data::Schema(fields).IndexOf(field.name).ok()) {
      return SchemaMismatch("Prediction column exists in the input already: \"" + field.name + "\"");
    }
    fields.push_back(field);
  }
  return data::Schema(std::move(fields));
}

Result<std::unique_ptr<data::BatchStream>> Predict(std::shared_ptr<const Inference> inference,
                                                   std::unique_ptr<data::BatchStream> input, int partition,
                                                   const CancellationToken& cancellation) {
  SAGESPARK_ASSIGN_OR_RETURN(data::Schema schema, PredictedSchema(*inference, *input->schema()));
  return std::unique_ptr<data::BatchStream>(
      std::make_unique<PredictionStream>(std::move(inference), std::move(input),
                                         std::make_shared<const data::Schema>(std::move(schema)), partition, cancellation));
}

}  // namespace sagespark::staging
