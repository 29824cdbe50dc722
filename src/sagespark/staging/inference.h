#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"
#include "sagespark/codec/request_row_serializer.h"
#include "sagespark/codec/response_row_deserializer.h"
#include "sagespark/data/batch.h"
#include "sagespark/data/schema.h"
#include "sagespark/staging/model_endpoint.h"

namespace sagespark::staging {

/// How rows are sent to an endpoint. Memory of one partition: at most `max_bytes_in_flight` of requests, their replies, and the
/// batches whose rows they hold.
struct InferenceOptions {
  size_t max_payload_bytes = size_t{5} << 20;  ///< Of one request: InvokeEndpoint takes 5 MiB.
  int64_t max_rows_per_request = std::numeric_limits<int64_t>::max();  ///< >= 1.
  int requests_in_flight = 8;  ///< Of one partition, at most, >= 1; see RequestWindow.
  size_t max_bytes_in_flight = size_t{10} << 20;  ///< Of one partition's requests; one request is sent in any case.
  bool prepend_rows = true;    ///< Give the input's columns before the predictions.
  /// A column of strings behind the predictions, or "" for none. With it, rows that cannot be serialized and rows of a request that
  /// fails get null predictions and the message in it, the others null, and the stream goes on.
  std::string error_column{};
};

/// What a task needs to predict rows. Shared by the tasks of one transform.
struct Inference {
  std::shared_ptr<ModelEndpoint> endpoint;
  std::shared_ptr<const codec::RequestRowSerializer> serializer;
  std::shared_ptr<const codec::ResponseRowDeserializer> deserializer;
  InferenceOptions options;
};

/// The columns after predicting rows of `input`. Fails with kSchemaMismatch when the serializer refuses them, or a prediction
/// column would have the name of an input column.
Result<data::Schema> PredictedSchema(const Inference& inference, const data::Schema& input);

/// Predicts the rows of `input`, in its order: fills requests, keeps several of them in flight (fewer while the endpoint throttles),
/// and pulls from `input` only as far as these reach. `partition` is for messages.
///
/// Without an error_column the stream fails when the endpoint does, when a row alone exceeds the payload limit (kResourceLimit), and with kModelError when
/// a reply holds another number of predictions than its request held rows: no row is ever dropped. Errors name partition and rows.
/// Destroying the stream cancels what is in flight.
Result<std::unique_ptr<data::BatchStream>> Predict(std::shared_ptr<const Inference> inference,
                                                   std::unique_ptr<data::BatchStream> input, int partition,
                                                   const CancellationToken& cancellation);

}  // namespace sagespark::staging
