#include "sagespark/staging/inference.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sagespark::staging {
namespace {

/// Rows on their way to the endpoint, and the input rows they came from.
struct Request {
  std::string body;
  std::vector<data::Batch> rows;
  int64_t first_row = 0;  ///< In the partition.
  int64_t num_rows = 0;
  size_t bytes = 0;  ///< Of the body.
};

class PredictionStream final : public data::BatchStream {
 public:
  PredictionStream(std::shared_ptr<const Inference> inference, std::unique_ptr<data::BatchStream> input,
                   std::shared_ptr<const data::Schema> schema, int partition, const CancellationToken& cancellation)
      : inference_(std::move(inference)),
        input_(std::move(input)),
        schema_(std::move(schema)),
        partition_(partition),
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
    Request request;  ///< Without its body.
    std::future<Result<data::Batch>> predictions;
  };

  Status FillWindow() {
    while (HaveRoom()) {
      SAGESPARK_ASSIGN_OR_RETURN(std::optional<Request> request, NextRequest());
      if (!request) return Status::Ok();
      Send(*std::move(request));
    }
    return Status::Ok();
  }

  /// Whether one more request may be sent, of which no more is known than its limit.
  bool HaveRoom() const {
    const InferenceOptions& options = inference_->options;
    if (in_flight_.empty()) return true;
    return in_flight_.size() < window_ && bytes_in_flight_ + options.max_payload_bytes <= options.max_bytes_in_flight;
  }

  /// Fills one request, from as many batches as it takes; nullopt at the end of the input.
  Result<std::optional<Request>> NextRequest() {
    Request request;
    // Growing would double it, to more than the payload limit; room that is not written to takes no memory.
    request.body.reserve(inference_->options.max_payload_bytes);
    request.first_row = rows_sent_;
    while (request.num_rows < inference_->options.max_rows_per_request) {
      SAGESPARK_ASSIGN_OR_RETURN(const bool has_rows, HaveRows());
      if (!has_rows) break;
      SAGESPARK_ASSIGN_OR_RETURN(const bool is_full, AppendRows(request));
      if (is_full) break;
    }
    rows_sent_ += request.num_rows;
    if (request.num_rows == 0) return std::optional<Request>();
    return std::optional<Request>(std::move(request));
  }

  /// Makes `batch_` hold a row that is not yet sent. False at the end of the input.
  Result<bool> HaveRows() {
    while (!batch_ || batch_row_ == batch_->num_rows()) {
      if (input_ended_) return false;
      SAGESPARK_ASSIGN_OR_RETURN(batch_, input_->Next());
      batch_row_ = 0;
      if (!batch_) input_ended_ = true;
    }
    return true;
  }

  /// Moves rows of `batch_` into `request`. True when no further row fits.
  Result<bool> AppendRows(Request& request) {
    const InferenceOptions& options = inference_->options;
    const int64_t room = options.max_rows_per_request - request.num_rows;
    const int64_t end = room < batch_->num_rows() - batch_row_ ? batch_row_ + room : batch_->num_rows();
    const Result<int64_t> appended =
        inference_->serializer->Append(batch_->Slice(0, end), batch_row_, options.max_payload_bytes, request.body);
    if (!appended.ok()) {
      const bool is_full = appended.error().kind() == ErrorKind::kResourceLimit && request.num_rows > 0;
      if (is_full) return true;
      return appended.error().WithContext(fmt::format("Partition {}, batch from row {} on", partition_,
                                                      request.first_row + request.num_rows - batch_row_));
    }
    request.rows.push_back(batch_->Slice(batch_row_, *appended));
    request.num_rows += *appended;
    batch_row_ += *appended;
    return batch_row_ < end;
  }

  void Send(Request request) {
    std::string body = std::exchange(request.body, {});
    request.bytes = body.size();
    bytes_in_flight_ += request.bytes;
    auto predict = [inference = inference_, token = cancel_.token(), body = std::move(body), rows = request.num_rows]() mutable
        -> Result<data::Batch> {
      SAGESPARK_ASSIGN_OR_RETURN(const std::string reply,
                                 inference->endpoint->Invoke(std::move(body), inference->serializer->content_type(),
                                                             inference->deserializer->accept(), token));
      SAGESPARK_ASSIGN_OR_RETURN(data::Batch predictions, inference->deserializer->Deserialize(reply, rows));
      if (predictions.num_rows() == rows) return predictions;
      return Error(ErrorKind::kModelError,
                   fmt::format("Reply holds another number of predictions than the request held rows: {} predictions for {} rows",
                               predictions.num_rows(), rows));
    };
    in_flight_.push_back({std::move(request), std::async(std::launch::async, std::move(predict))});
  }

  Status TakeOldestReply() {
    InFlight oldest = std::move(in_flight_.front());
    in_flight_.pop_front();
    bytes_in_flight_ -= oldest.request.bytes;
    Result<data::Batch> predictions = oldest.predictions.get();
    const Request& request = oldest.request;
    if (!predictions.ok()) {
      return predictions.error().WithContext(fmt::format("Endpoint \"{}\", rows {} to {} of partition {}",
                                                         inference_->endpoint->name(), request.first_row,
                                                         request.first_row + request.num_rows - 1, partition_));
    }
    window_ = std::min(window_ * 2, static_cast<size_t>(inference_->options.requests_in_flight));
    if (!inference_->options.prepend_rows) {
      predicted_.push_back(*std::move(predictions));
      return Status::Ok();
    }
    int64_t first = 0;
    for (const data::Batch& rows : request.rows) {
      predicted_.push_back(rows.Append(predictions->Slice(first, rows.num_rows())));
      first += rows.num_rows();
    }
    return Status::Ok();
  }

  const std::shared_ptr<const Inference> inference_;
  const std::unique_ptr<data::BatchStream> input_;
  const std::shared_ptr<const data::Schema> schema_;
  const int partition_;

  std::optional<data::Batch> batch_;  ///< The batch whose rows are being sent ...
  int64_t batch_row_ = 0;             ///< ... from this one on.
  bool input_ended_ = false;
  int64_t rows_sent_ = 0;
  size_t window_ = 1;
  size_t bytes_in_flight_ = 0;
  std::deque<data::Batch> predicted_;

  CancellationSource cancel_;
  std::shared_ptr<void> on_cancel_;
  std::deque<InFlight> in_flight_;  // Last: its futures wait for work that uses the members above.
};

}  // namespace

Result<data::Schema> PredictedSchema(const Inference& inference, const data::Schema& input) {
  SAGESPARK_RETURN_IF_ERROR(inference.serializer->ValidateSchema(input));
  const std::vector<data::Field> predicted = inference.deserializer->fields();
  if (!inference.options.prepend_rows) return data::Schema(predicted);
  std::vector<data::Field> fields = input.fields();
  for (const data::Field& field : predicted) {
    if (input.IndexOf(field.name).ok()) {
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
